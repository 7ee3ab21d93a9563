//! The node as a wallet: it signs for its accounts. And as a server of web pages.

use alloy::{
    consensus::transaction::SignerRecoverable,
    dyn_abi::TypedData,
    eips::Decodable2718,
    primitives::{Address, Bytes, Signature},
    providers::Provider,
};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    contract,
    setup::{alice, keyless, node, refusal},
};

const MESSAGE: &[u8] = b"Pay the bearer.";

fn signature(bytes: &Bytes) -> Signature {
    Signature::from_raw(bytes).expect("r, s, v")
}

#[tokio::test]
async fn messages_are_signed_in_both_orders_of_parameters() {
    let node = node().await;
    let (client, signer) = (keyless(&node), alice(&node));
    let message = Bytes::from_static(MESSAGE);
    let one: Bytes = client.raw_request("eth_sign".into(), (signer, &message)).await.unwrap();
    let other: Bytes =
        client.raw_request("personal_sign".into(), (&message, signer)).await.unwrap();
    assert_eq!(one, other);
    assert!(matches!(one.last(), Some(27 | 28)));
    assert_eq!(signature(&one).recover_address_from_msg(MESSAGE).unwrap(), signer);
}

#[tokio::test]
async fn structured_data_is_signed_as_object_and_as_text() {
    let data = json!({
        "types": {
            "EIP712Domain": [{ "name": "name", "type": "string" }],
            "Permit": [{ "name": "value", "type": "uint256" }]
        },
        "primaryType": "Permit",
        "domain": { "name": "Test" },
        "message": { "value": "42" }
    });
    let node = node().await;
    let (client, signer) = (keyless(&node), alice(&node));
    let hash = serde_json::from_value::<TypedData>(data.clone()).unwrap().eip712_signing_hash();
    for given in [data.clone(), Value::String(data.to_string())] {
        let signed: Bytes =
            client.raw_request("eth_signTypedData_v4".into(), (signer, given)).await.unwrap();
        let recovered = signature(&signed).recover_address_from_prehash(hash.as_ref().unwrap());
        assert_eq!(recovered.unwrap(), signer);
    }
}

#[tokio::test]
async fn a_transaction_is_signed_and_can_be_sent_later() {
    let node = node().await;
    let (client, signer) = (keyless(&node), alice(&node));
    let request = contract::deployment().from(signer);
    let signed: Bytes = client.raw_request("eth_signTransaction".into(), [request]).await.unwrap();
    let transaction = alloy::consensus::TxEnvelope::decode_2718_exact(&signed).unwrap();
    assert_eq!(transaction.recover_signer().unwrap(), signer);
    assert_eq!(client.get_block_number().await.unwrap(), 0);
    let pending = client.send_raw_transaction(&signed).await.unwrap();
    assert!(pending.get_receipt().await.unwrap().status());
}

#[tokio::test]
async fn nobody_elses_signature_is_to_be_had() {
    let node = node().await;
    let stranger = Address::repeat_byte(9);
    let params = (stranger, Bytes::new());
    let answer: Result<Bytes, _> = keyless(&node).raw_request("eth_sign".into(), params).await;
    let (code, message) = refusal(&answer.unwrap_err());
    assert_eq!(code, -32000);
    assert!(message.contains("no key"), "{message}");
}

#[tokio::test]
async fn a_web_page_of_any_origin_may_ask() {
    let node = node().await;
    let host = node.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&host).await.unwrap();
    let preflight = format!(
        "OPTIONS / HTTP/1.1\r\nHost: {host}\r\nOrigin: https://example.com\r\n\
         Access-Control-Request-Method: POST\r\n\
         Access-Control-Request-Headers: content-type\r\nConnection: close\r\n\r\n"
    );
    stream.write_all(preflight.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let answer = answer.to_lowercase();
    assert!(answer.starts_with("http/1.1 200"), "{answer}");
    assert!(answer.contains("access-control-allow-origin: *"), "{answer}");
    assert!(answer.contains("access-control-allow-headers: *"), "{answer}");
}

#[tokio::test]
async fn proofs_are_refused_with_the_reason() {
    let node = node().await;
    let error = keyless(&node).get_proof(alice(&node), Vec::new()).await.unwrap_err();
    assert!(refusal(&error).1.contains("not supported"));
}
