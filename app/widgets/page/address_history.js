// One step back in the browser is one page back. Streamlit makes an entry of the history whenever a
// page writes into its address, which the lab does for the language, the task and the run: an
// address that changes behind the question mark alone is corrected in place instead.

const { pushState, replaceState } = History.prototype;

export default function () {
  history.pushState = (state, unused, address) => {
    const there = new URL(address ?? location.href, location.href);
    const write = there.pathname === location.pathname ? replaceState : pushState;
    write.call(history, state, unused, address);
  };
  return () => {};
}
