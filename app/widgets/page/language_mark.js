// Streamlit writes lang="en" into its page and never changes it.

export default function ({ data }) {
  document.documentElement.lang = data.language;
}
