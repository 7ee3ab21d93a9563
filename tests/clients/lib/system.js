// The deployment of `lib/deployment.js` through viem, for suites that drive contracts of others.

import { Chain } from "./chain.js";
import { deployment } from "./deployment.js";
import { abi } from "./scenario.js";

export const chain = new Chain(deployment.url);

const at = (name, kind) => chain.at(deployment.contracts[name], abi(kind));

export const vault = at("vault", "IVault");
export const splitter = at("splitter", "ISplitter");
export const token = at("token", "IToken");
export const dollar = at("dollar", "IToken");
export const weth = at("weth", "IWeth");
