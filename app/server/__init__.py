"""The lab's own routes and limits around Streamlit's server, and its start and end."""
