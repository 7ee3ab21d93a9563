// A wallet as dapps see it: an EIP-1193 provider object that forwards to a node over HTTP.
//
// It owns nothing: the node's unlocked accounts sign, so what is tested is that the node answers the
// wallet's methods (`eth_requestAccounts`, `eth_sendTransaction`, `eth_signTypedData_v4`) and that its
// errors survive the passage with code and data.

/** A provider for the node at `url`; `methods` collects what was asked of it. */
export function eip1193(url) {
  const methods = new Set();
  const forward = async (method, params) => {
    const body = JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
    const headers = { "content-type": "application/json" };
    const answer = await (await fetch(url, { method: "POST", headers, body })).json();
    if (answer.error) throw Object.assign(new Error(answer.error.message), answer.error);
    return answer.result;
  };
  return {
    methods,
    request({ method, params = [] }) {
      methods.add(method);
      return forward(method === "eth_requestAccounts" ? "eth_accounts" : method, params);
    },
    on() {},
    removeListener() {},
  };
}
