"""web3.py: reads the story's contracts, stakes once, and sees errors and events.

web3.py hands custom errors over undecoded, as selector and data; the suite decodes them from the ABI.
"""

import json
import os
import pathlib
import sys

from eth_abi import decode
from web3 import Web3
from web3.exceptions import ContractCustomError
from web3.types import TxParams

HERE = pathlib.Path(__file__).resolve().parent
ABI = HERE.parents[2] / "abi"
TOKENS = 10**18

deployment = json.loads(pathlib.Path(os.environ["DEPLOYMENT"]).read_text())
chain = Web3(Web3.HTTPProvider(deployment["url"]))


def contract(name: str, interface: str):
    """The contract called `name`, with the ABI of `interface`."""
    abi = json.loads((ABI / f"{interface}.json").read_text())
    address = Web3.to_checksum_address(deployment["contracts"][name])
    return chain.eth.contract(address=address, abi=abi)


vault = contract("vault", "IVault")
token = contract("token", "IToken")
alice = chain.eth.account.from_key(deployment["accounts"]["alice"]["key"])


def send(function) -> dict:
    """Signs, sends and waits, with web3.py's own estimates of gas and fees."""
    # A minute has passed, so that estimate and transaction see time pass alike.
    chain.provider.make_request("evm_increaseTime", [60])
    nonce = chain.eth.get_transaction_count(alice.address)
    transaction = function.build_transaction(TxParams({"from": alice.address, "nonce": nonce}))
    signed = alice.sign_transaction(transaction)
    receipt = chain.eth.wait_for_transaction_receipt(
        chain.eth.send_raw_transaction(signed.raw_transaction), poll_latency=0.02
    )
    assert receipt["status"] == 1, receipt
    return receipt


def selector(signature: str) -> bytes:
    """The first four bytes of what a call or an error carries."""
    return Web3.keccak(text=signature)[:4]


def reads_names_decimals_and_the_asset():
    """names, decimals and the asset read as deployed"""
    assert vault.functions.name().call() == "Staked Scenario"
    assert vault.functions.symbol().call() == "stSCN"
    assert vault.functions.decimals().call() == 18
    assert vault.functions.asset().call() == token.address
    assert vault.functions.curve().call() == [[0, 52, 208], [10_000, 25_000, 40_000]]


def sees_the_chain():
    """blocks, fee history and the client's version are readable"""
    assert chain.is_connected()
    assert chain.eth.chain_id == deployment["chainId"]
    assert "devnode" in chain.client_version
    head = chain.eth.get_block("latest", full_transactions=True)
    assert head["transactions"][0]["blockHash"] == head["hash"]
    assert chain.eth.fee_history(4, "latest", [50])["baseFeePerGas"][-1] > 0
    assert chain.eth.max_priority_fee == 0


def stakes_with_one_transaction():
    """alice approves and stakes; the event is in the receipt and in the node's logs"""
    send(token.functions.approve(vault.address, 10 * TOKENS))
    receipt = send(vault.functions.depositAndLock(10 * TOKENS, 52))
    (locked,) = vault.events.Locked().process_receipt(receipt)
    assert locked["args"]["account"] == alice.address
    assert locked["args"]["boost"] == 15 * TOKENS
    (again,) = vault.events.Locked().get_logs(from_block=0)
    assert again["transactionHash"] == receipt["transactionHash"]
    assert vault.functions.weightOf(alice.address).call() == 25 * TOKENS


def meets_custom_errors():
    """a custom error arrives with its data"""
    call = vault.functions.lock(1, 209)
    try:
        call.call({"from": alice.address})
    except ContractCustomError as error:
        data = bytes.fromhex(error.data.removeprefix("0x"))
    else:
        raise AssertionError("a lock of 209 weeks was not refused")
    assert data[:4] == selector("LockDurationOutOfRange(uint256,uint256,uint256)")
    assert decode(["uint256"] * 3, data[4:]) == (209, 1, 208)


def filters_logs():
    """a filter yields what happened since it was asked last"""
    transfers = token.events.Transfer.create_filter(from_block="latest")
    transfers.get_new_entries()
    send(token.functions.transfer(deployment["accounts"]["bob"]["address"], 3))
    (entry,) = transfers.get_new_entries()
    assert entry["args"]["value"] == 3
    assert transfers.get_new_entries() == []


def delegates_by_signature():
    """eth_account signs a delegation as EIP-712 says, and another sends it"""
    bob = chain.eth.account.from_key(deployment["accounts"]["bob"]["key"])
    _, name, version, chain_id, verifier, _, _ = vault.functions.eip712Domain().call()
    domain = {"name": name, "version": version, "chainId": chain_id, "verifyingContract": verifier}
    fields = [("delegatee", "address"), ("nonce", "uint256"), ("expiry", "uint256")]
    types = {"Delegation": [{"name": name, "type": kind} for name, kind in fields]}
    message = {"delegatee": alice.address, "nonce": 0, "expiry": 2**64}
    signed = bob.sign_typed_data(domain, types, message)
    r, s = (number.to_bytes(32, "big") for number in (signed.r, signed.s))
    receipt = send(vault.functions.delegateBySig(*message.values(), signed.v, r, s))
    (changed,) = vault.events.DelegateChanged().process_receipt(receipt)
    assert changed["args"]["delegator"] == bob.address
    assert vault.functions.delegates(bob.address).call() == alice.address


CHECKS = [
    reads_names_decimals_and_the_asset,
    sees_the_chain,
    stakes_with_one_transaction,
    meets_custom_errors,
    filters_logs,
    delegates_by_signature,
]

for number, check in enumerate(CHECKS, start=1):
    check()
    print(f"ok {number} - {check.__doc__}")
sys.exit(0)
