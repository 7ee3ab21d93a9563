//! What the nodes are given to do: a token of either kind, transfers of it, questions about it.

use alloy::{
    consensus::{SignableTransaction, TxEip1559, TxEnvelope},
    eips::eip2718::Encodable2718,
    hex,
    primitives::{Address, B256, Bytes, TxKind, U256, address},
    signers::{SignerSync, local::PrivateKeySigner},
    sol,
    sol_types::{SolCall, SolValue},
};
use devnode::CHAIN_ID;
use eyre::{Result, bail, ensure, eyre};
use serde_json::{Value, json};

use crate::{Client, client::request};

sol! {
    interface IToken {
        function transfer(address to, uint256 value) external returns (bool);
        function balanceOf(address account) external view returns (uint256);
    }
    interface ArbWasm {
        function activateProgram(address program) external payable returns (uint16, uint256);
    }
}

/// Where the chain activates programs.
const ARB_WASM: Address = address!("0000000000000000000000000000000000000071");

/// Selector of `stylus_constructor()`.
const CONSTRUCTOR: [u8; 4] = hex!("5585258d");

/// More than any transfer or activation needs; what is not used is not paid.
const TRANSFER_GAS: u64 = 200_000;
const DEPLOYMENT_GAS: u64 = 20_000_000;

/// Above what Anvil's base fee starts with, in wei.
const MAX_FEE: u128 = 20_000_000_000;

/// The tokens there are.
const SUPPLY: U256 = U256::from_limbs([0, 1 << 32, 0, 0]);

/// What each sender gets of them.
const SHARE: U256 = U256::from_limbs([0, 1, 0, 0]);

/// The accounts that both nodes fund: Anvil's, the first of which deploys.
pub(crate) fn senders(count: usize) -> Result<Vec<PrivateKeySigner>> {
    let accounts = devnode::well_known_accounts();
    let anvils = accounts.iter().skip(1).take(count);
    anvils.map(|account| Ok(PrivateKeySigner::from_bytes(&account.private_key)?)).collect()
}

/// A token on a node.
#[derive(Debug)]
pub(crate) struct Token(Address);

impl Token {
    /// OpenZeppelin's preset, its supply shared out to `senders`.
    pub(crate) fn evm(
        client: &mut Client,
        init_code: &[u8],
        senders: &[PrivateKeySigner],
    ) -> Result<Self> {
        let owner = senders[0].address();
        let arguments = ("Token", "TKN", SUPPLY, owner).abi_encode_params();
        let token = create(client, owner, [init_code, &arguments].concat())?;
        Self(token).shared_out(client, senders)
    }

    /// This workspace's token, its supply shared out to `senders`.
    pub(crate) fn stylus(client: &mut Client, senders: &[PrivateKeySigner]) -> Result<Self> {
        let owner = senders[0].address();
        let [artifact] = &artifact::build(&["token"])?[..] else {
            bail!("one token was asked for")
        };
        let code = artifact.code.program(&[])?;
        let token = create(client, owner, artifact::init_code(&code))?;
        let activation = ArbWasm::activateProgramCall { program: token }.abi_encode();
        let ether = U256::from(10).pow(U256::from(18));
        send(
            client,
            json!({
                "from": owner, "to": ARB_WASM, "value": ether, "data": Bytes::from(activation),
            }),
        )?;
        let name = B256::right_padding_from(b"Token");
        let arguments = (name, name, U256::from(18), owner, SUPPLY).abi_encode_params();
        let construction: Bytes = [&CONSTRUCTOR[..], &arguments].concat().into();
        send(client, json!({ "from": owner, "to": token, "data": construction }))?;
        Self(token).shared_out(client, senders)
    }

    fn shared_out(self, client: &mut Client, senders: &[PrivateKeySigner]) -> Result<Self> {
        for sender in senders {
            let data = transfer(sender.address(), SHARE);
            send(client, json!({ "from": senders[0].address(), "to": self.0, "data": data }))?;
        }
        Ok(self)
    }

    /// Requests that transfer a token each, to `count` different accounts, as signed transactions.
    pub(crate) fn transfers(
        &self,
        client: &mut Client,
        sender: &PrivateKeySigner,
        count: u64,
    ) -> Result<Vec<Vec<u8>>> {
        let first = nonce(client, sender.address())?;
        let raw = |nonce: u64| {
            let to = Address::left_padding_from(&(nonce % 1_000 + 0x1000_u64).to_be_bytes());
            let signed = self.signed(sender, nonce, transfer(to, U256::ONE))?;
            Ok(request("eth_sendRawTransaction", json!([signed])))
        };
        (first..first + count).map(raw).collect()
    }

    fn signed(&self, sender: &PrivateKeySigner, nonce: u64, input: Bytes) -> Result<Bytes> {
        let transaction = TxEip1559 {
            chain_id: CHAIN_ID,
            nonce,
            gas_limit: TRANSFER_GAS,
            max_fee_per_gas: MAX_FEE,
            to: TxKind::Call(self.0),
            input,
            ..TxEip1559::default()
        };
        let signature = sender.sign_hash_sync(&transaction.signature_hash())?;
        Ok(TxEnvelope::from(transaction.into_signed(signature)).encoded_2718().into())
    }

    /// A request for the balance of `account`.
    pub(crate) fn balance(&self, account: Address) -> Vec<u8> {
        let data: Bytes = IToken::balanceOfCall { account }.abi_encode().into();
        request("eth_call", json!([{ "to": self.0, "data": data }, "latest"]))
    }
}

fn transfer(to: Address, value: U256) -> Bytes {
    IToken::transferCall { to, value }.abi_encode().into()
}

/// The transactions of `account` that are mined.
pub(crate) fn nonce(client: &mut Client, account: Address) -> Result<u64> {
    let nonce = client.ask("eth_getTransactionCount", json!([account, "latest"]))?;
    let digits = nonce.as_str().and_then(|text| text.strip_prefix("0x"));
    Ok(u64::from_str_radix(digits.ok_or_else(|| eyre!("no number: {nonce}"))?, 16)?)
}

fn create(client: &mut Client, from: Address, code: Vec<u8>) -> Result<Address> {
    let receipt = send(client, json!({ "from": from, "data": Bytes::from(code) }))?;
    Ok(serde_json::from_value(receipt["contractAddress"].clone())?)
}

/// Has the node sign and send; returns the receipt.
fn send(client: &mut Client, mut transaction: Value) -> Result<Value> {
    transaction["gas"] = format!("{DEPLOYMENT_GAS:#x}").into();
    let hash = client.ask("eth_sendTransaction", json!([transaction]))?;
    loop {
        let receipt = client.ask("eth_getTransactionReceipt", json!([hash]))?;
        if !receipt.is_null() {
            ensure!(receipt["status"] == "0x1", "a transaction failed: {transaction}");
            return Ok(receipt);
        }
    }
}
