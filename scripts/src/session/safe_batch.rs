//! Batches for a Safe: the JSON that its Transaction Builder reads and writes.
//!
//! A batch that exists is added to. The checksum is the app's own: keccak-256 of a serialisation with
//! sorted keys, of everything but the batch's name and the checksum itself. So the name can say what all of
//! its calls are for.

use std::{fs, path::Path, time::SystemTime};

use alloy::{
    dyn_abi::{DynSolType, JsonAbiExt},
    json_abi::{Function, Param, StateMutability},
    primitives::{Address, Bytes, hex, keccak256},
};
use eyre::{Result, WrapErr};
use serde_json::{Value, json};

use super::{
    decode,
    plan::{Plan, Step},
    queue::Queued,
};
use crate::failure::Failure;

/// The version of the Transaction Builder whose format this is.
const BUILDER: &str = "1.18.0";

/// Writes `plan` to `file`, or adds it to the batch that is there.
///
/// # Errors
/// The file is no batch, is of another chain, or was changed since its checksum was made.
pub(crate) fn append(
    file: &Path,
    chain_id: u64,
    safe: Option<Address>,
    plan: &Plan,
) -> Result<usize> {
    let mut batch = if file.exists() { read(file, chain_id)? } else { new(chain_id, safe) };
    batch["meta"]["name"] = named(batch["meta"]["name"].as_str(), &plan.title).into();
    let transactions = batch["transactions"].as_array_mut();
    let transactions = transactions.ok_or_else(|| no_batch(file, "it lists no transactions"))?;
    transactions.extend(plan.steps.iter().map(transaction));
    let count = transactions.len();
    batch["meta"]["checksum"] = checksum(&batch).into();
    let text = serde_json::to_string_pretty(&batch)? + "\n";
    fs::write(file, text).wrap_err_with(|| format!("{} cannot be written", file.display()))?;
    Ok(count)
}

/// The name of a batch called `before` that does also `title`.
fn named(before: Option<&str>, title: &str) -> String {
    match before {
        Some(before) if !before.is_empty() => format!("{before}; {title}"),
        _ => title.to_owned(),
    }
}

/// The calls that `file` holds; none, if there is no such file.
///
/// # Errors
/// The file is no batch, is of another chain, was changed since its checksum was made, or holds a call
/// that cannot be read.
pub(super) fn queued(file: &Path, chain_id: u64) -> Result<Vec<Queued>> {
    if !file.exists() {
        return Ok(Vec::new());
    }
    let batch = read(file, chain_id)?;
    let calls = batch["transactions"].as_array().into_iter().flatten();
    let calls = calls.enumerate().map(|(place, call)| {
        let why = || no_batch(file, &format!("its transaction {} cannot be read", place + 1));
        queued_call(call).ok_or_else(why)
    });
    calls.collect()
}

fn queued_call(call: &Value) -> Option<Queued> {
    let to = call["to"].as_str()?.parse().ok()?;
    let value = call["value"].as_str().unwrap_or("0").parse().ok()?;
    let data = match call["data"].as_str() {
        Some(data) => data.parse().ok()?,
        None if call["contractMethod"].is_null() => Bytes::new(),
        None => encoded(&call["contractMethod"], &call["contractInputsValues"])?,
    };
    Some(Queued { to, value, data })
}

/// The calldata that the app makes of a call by name.
fn encoded(method: &Value, values: &Value) -> Option<Bytes> {
    let inputs: Vec<Param> = serde_json::from_value(method["inputs"].clone()).ok()?;
    let values = inputs.iter().map(|input| {
        let kind: DynSolType = input.ty.parse().ok()?;
        kind.coerce_str(values[&input.name].as_str()?).ok()
    });
    let values = values.collect::<Option<Vec<_>>>()?;
    let function = Function {
        name: method["name"].as_str()?.to_owned(),
        inputs,
        outputs: Vec::new(),
        state_mutability: StateMutability::NonPayable,
    };
    Some(function.abi_encode_input(&values).ok()?.into())
}

fn read(file: &Path, chain_id: u64) -> Result<Value> {
    let text =
        fs::read_to_string(file).wrap_err_with(|| format!("{} cannot be read", file.display()))?;
    let batch: Value =
        serde_json::from_str(&text).map_err(|error| no_batch(file, &error.to_string()))?;
    let found = batch["chainId"].as_str().unwrap_or_default();
    if found != chain_id.to_string() {
        return Err(no_batch(file, &format!("it is of chain {found}, not of {chain_id}")));
    }
    match batch["meta"]["checksum"].as_str() {
        Some(told) if told != checksum(&batch) => {
            Err(no_batch(file, "its checksum does not fit: somebody changed it"))
        }
        _ => Ok(batch),
    }
}

fn no_batch(file: &Path, why: &str) -> eyre::Report {
    Failure::usage(format!("{} is no batch to add to: {why}", file.display()))
}

fn new(chain_id: u64, safe: Option<Address>) -> Value {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    json!({
        "version": "1.0",
        "chainId": chain_id.to_string(),
        "createdAt": u64::try_from(now.as_millis()).unwrap_or_default(),
        "meta": {
            "name": "",
            "description": "Made by tributary",
            "txBuilderVersion": BUILDER,
            "createdFromSafeAddress": safe.map(|safe| safe.to_string()).unwrap_or_default(),
            "createdFromOwnerAddress": "",
        },
        "transactions": [],
    })
}

/// The call by name where an interface declares it, so that signers read what they sign; otherwise as
/// data.
fn transaction(step: &Step) -> Value {
    let (to, value) = (step.to.to_string(), step.value.to_string());
    let Some(call) = decode::call(&step.data) else {
        let data = hex::encode_prefixed(&step.data);
        return json!({ "to": to, "value": value, "data": data,
            "contractMethod": null, "contractInputsValues": null });
    };
    let inputs = call
        .parameters
        .iter()
        .map(|one| json!({ "name": one.name, "type": one.ty, "internalType": one.ty }));
    json!({
        "to": to,
        "value": value,
        "data": null,
        "contractMethod": {
            "inputs": inputs.collect::<Vec<_>>(),
            "name": call.name,
            "payable": call.payable,
        },
        "contractInputsValues": call.arguments(),
    })
}

fn checksum(batch: &Value) -> String {
    let mut bare = batch.clone();
    if let Some(meta) = bare["meta"].as_object_mut() {
        meta.remove("checksum");
        meta.insert("name".into(), Value::Null);
    }
    keccak256(serialised(&bare)).to_string()
}

/// The app's serialisation: of an object the list of its keys, sorted, and then the values, each with a
/// comma behind it.
fn serialised(value: &Value) -> String {
    match value {
        Value::Array(items) => {
            format!("[{}]", items.iter().map(serialised).collect::<Vec<_>>().join(","))
        }
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            let values = keys.iter().map(|key| serialised(&map[key.as_str()]) + ",");
            format!("{{{}{}}}", json!(keys), values.collect::<String>())
        }
        plain => plain.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use alloy::primitives::{U256, address};

    use super::*;
    use crate::abi::IVault;

    const SAFE: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");

    fn plan() -> Plan {
        let call = IVault::setCurveCall { durations: vec![0], multipliers: vec![10_000] };
        Plan::one("set the curve", SAFE, &call)
    }

    #[test]
    fn the_serialisation_is_the_apps() {
        let sample = json!({ "b": [1, "x"], "a": { "c": null } });
        assert_eq!(serialised(&sample), r#"{["a","b"]{["c"]null,},[1,"x"],}"#);
    }

    #[test]
    fn a_batch_is_added_to_and_a_changed_one_refused() {
        let file =
            std::env::temp_dir().join(format!("tributary-batch-{}.json", std::process::id()));
        let _ = fs::remove_file(&file);
        assert_eq!(append(&file, 7, Some(SAFE), &plan()).unwrap(), 1);
        assert_eq!(append(&file, 7, None, &plan()).unwrap(), 2);
        let text = fs::read_to_string(&file).unwrap();
        let batch: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(batch["meta"]["createdFromSafeAddress"], SAFE.to_string());
        assert_eq!(batch["transactions"][1]["contractMethod"]["name"], "setCurve");
        assert_eq!(batch["transactions"][1]["contractInputsValues"]["multipliers"], "[10000]");
        assert_eq!(batch["meta"]["name"], "set the curve; set the curve");
        let step = plan().steps.remove(0);
        let call = Queued { to: step.to, value: step.value, data: step.data };
        assert_eq!(queued(&file, 7).unwrap(), [call.clone(), call]);
        assert!(append(&file, 8, None, &plan()).is_err());
        fs::write(&file, text.replace("10000", "40000")).unwrap();
        let error = append(&file, 7, None, &plan()).unwrap_err().to_string();
        assert!(error.contains("checksum"), "{error}");
        fs::remove_file(file).unwrap();
    }

    #[test]
    fn what_no_interface_declares_goes_in_as_data() {
        let mut step = plan().steps.remove(0);
        (step.data, step.value) = (vec![1, 2, 3].into(), U256::from(5));
        let written = transaction(&step);
        assert_eq!((&written["data"], &written["value"]), (&json!("0x010203"), &json!("5")));
    }
}
