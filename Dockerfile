FROM python:3.11-slim

RUN useradd --create-home lab && mkdir /srv/fnn-lab /data && chown lab /data
WORKDIR /srv/fnn-lab

COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

COPY app app
COPY models models
COPY data data

USER lab
ENV FNN_LAB_HOME=/data PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8501

HEALTHCHECK --interval=30s --timeout=5s --start-period=30s \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=4)"]

CMD ["python", "-m", "streamlit", "run", "app/main.py", "--server.address=0.0.0.0", "--server.port=8501"]
