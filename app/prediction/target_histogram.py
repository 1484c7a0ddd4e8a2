"""A predicted price, and where it lies among the prices of all districts."""

from html import escape

import numpy as np
import streamlit as st

from app.session.i18n import t
from data.dataset import Array

BINS = 25


def target_histogram(price: float, prices: Array) -> None:
    """Draw a price (thousands of dollars) on the histogram of all prices, (districts,)."""
    st.markdown(f"### {t('predict.price', price=price * 1000)}")
    share = float((prices < price).mean())
    st.markdown(t("predict.price_rank", share=100 * share, count=len(prices)))
    st.html(_histogram(price, prices))


def histogram_values(price: float, prices: Array) -> tuple[list[int], float, float, float]:
    """Return counts of ``BINS`` bins, both ends of the axis, the price's place on it (0-1)."""
    counts, edges = np.histogram(prices, BINS, (0, float(np.ceil(prices.max()))))
    low, high = float(edges[0]), float(edges[-1])
    return counts.tolist(), low, high, float(np.clip((price - low) / (high - low), 0, 1))


def _histogram(price: float, prices: Array) -> str:
    counts, low, high, place = histogram_values(price, prices)
    bars = "".join(f"<i style='height:{100 * count / max(counts):.1f}%'></i>" for count in counts)
    label, axis = escape(t("predict.price_chart")), escape(t("chart.price"))
    return (
        f"<figure class=fl-price translate=no role=img aria-label='{label}'>"
        f"<div class=fl-bins>{bars}<b style='left:{100 * place:.2f}%'></b></div>"
        f"<figcaption><span>{low:.0f}</span><span>{axis}</span><span>{high:.0f}</span>"
        "</figcaption></figure>"
    )
