// The one story that every client tells, and what must come of it.
//
// Alice stakes and locks a part; Bob stakes with a signed permit; the owner's revenue goes through
// the splitter to the vault and the treasury; three weeks later both claim. Weights decide:
// Alice 600 free + 400 locked for a year at 2.5x = 1,600, Bob 400, so revenue divides 80 : 20.

import { readFileSync } from "node:fs";
import { parseUnits, stringToHex } from "viem";

const here = (name) => new URL(name, import.meta.url);

/** The JSON ABI of an interface in `abi/`. */
export const abi = (name) => JSON.parse(readFileSync(here(`../../../abi/${name}.json`), "utf8"));

/** Text as a `bytes32`: left-aligned, zero-padded. */
export const word = (text) => stringToHex(text, { size: 32 });

/** Kinds of the splitter's payees. */
export const KIND_ACCOUNT = 0;
export const KIND_STREAM = 1;

export const TOKEN = { name: "Scenario Token", symbol: "SCN", decimals: 18, supply: parseUnits("1000000", 18) };
export const DOLLAR = { name: "Scenario Dollar", symbol: "USDS", decimals: 6, supply: parseUnits("1000000", 6) };
export const VAULT = { name: "Staked Scenario", symbol: "stSCN" };

/** 1x without a lock, 2.5x for a year, 4x for four. */
export const CURVE = { weeks: [0, 52, 208], bps: [10_000, 25_000, 40_000] };
export const STREAM_WEEKS = 1n;
export const WEEK = 604_800n;

/** What the holders own before the story begins. */
export const ENDOWMENT = parseUnits("2000", 18);

export const ALICE_STAKE = parseUnits("1000", 18);
export const ALICE_LOCK = parseUnits("400", 18);
export const LOCK_WEEKS = 52n;
export const ALICE_BOOST = parseUnits("600", 18);
export const ALICE_UNLOCKED = ALICE_STAKE - ALICE_LOCK;
export const BOB_STAKE = parseUnits("400", 18);

export const REVENUE = parseUnits("1000", 6);
/** Of the policy, in basis points. */
export const STAKERS_BPS = 6_000;
export const STAKERS_PART = parseUnits("600", 6);
export const TREASURY_PART = parseUnits("400", 6);
export const ALICE_EARNS = parseUnits("480", 6);
export const BOB_EARNS = parseUnits("120", 6);
/** After this long the stream of one push has ended, whenever in the week it was made. */
export const PATIENCE = 3n * WEEK;

/** Whether `amount` is `exact` or a single unit less: the protocol's rounding, against the account. */
export const withinAUnit = (amount, exact) => amount === exact || amount === exact - 1n;
