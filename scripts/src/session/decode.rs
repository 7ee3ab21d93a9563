//! Calls and events as people and other programs read them: by name, from the interfaces.

use std::fmt;

use alloy::{
    dyn_abi::{DynSolValue, EventExt, JsonAbiExt},
    json_abi::{Event, Function, Param, StateMutability},
    primitives::{B256, LogData, hex},
};
use serde_json::{Map, Value};

use super::label;
use crate::abi::known;

/// A call or an event by name.
#[derive(Clone, Debug)]
pub struct Decoded {
    /// The function or event.
    pub name: String,
    /// Its parameters.
    pub parameters: Vec<Param>,
    /// Their values, in the same order.
    pub values: Vec<DynSolValue>,
    /// Whether ether may come with it.
    pub payable: bool,
}

/// The call that `data` is, if an interface declares it.
#[must_use]
pub fn call(data: &[u8]) -> Option<Decoded> {
    let (selector, arguments) = data.split_first_chunk::<4>()?;
    let function = function(*selector)?;
    Some(Decoded {
        name: function.name.clone(),
        parameters: function.inputs.clone(),
        values: function.abi_decode_input(arguments).ok()?,
        payable: function.state_mutability == StateMutability::Payable,
    })
}

fn function(selector: [u8; 4]) -> Option<&'static Function> {
    known().iter().find_map(|abi| abi.function_by_selector(selector.into()))
}

/// The event that `log` is, if an interface declares it.
#[must_use]
pub fn event(log: &LogData) -> Option<Decoded> {
    known().iter().flat_map(|abi| abi.events()).find_map(|event| as_event(event, log))
}

/// The error that `data` is, if an interface declares it.
#[must_use]
pub fn error(data: &[u8]) -> Option<Decoded> {
    let (selector, arguments) = data.split_first_chunk::<4>()?;
    let declared = known().iter().flat_map(|abi| abi.errors());
    let error = declared.into_iter().find(|error| error.selector() == *selector)?;
    Some(Decoded {
        name: error.name.clone(),
        parameters: error.inputs.clone(),
        values: error.abi_decode_input(arguments).ok()?,
        payable: false,
    })
}

fn as_event(event: &Event, log: &LogData) -> Option<Decoded> {
    let indexed = event.inputs.iter().filter(|input| input.indexed).count();
    if log.topics().first() != Some(&event.selector()) || log.topics().len() != indexed + 1 {
        return None;
    }
    let decoded = event.decode_log(log).ok()?;
    let (mut indexed, mut body) = (decoded.indexed.into_iter(), decoded.body.into_iter());
    let mut next = |is_indexed: bool| if is_indexed { indexed.next() } else { body.next() };
    let values = event.inputs.iter().map(|input| next(input.indexed));
    let parameter = |input: &alloy::json_abi::EventParam| Param {
        ty: input.ty.clone(),
        name: input.name.clone(),
        components: Vec::new(),
        internal_type: None,
    };
    Some(Decoded {
        name: event.name.clone(),
        values: values.collect::<Option<_>>()?,
        parameters: event.inputs.iter().map(parameter).collect(),
        payable: false,
    })
}

impl Decoded {
    /// The values by the names of their parameters, each as exact text.
    #[must_use]
    pub fn arguments(&self) -> Map<String, Value> {
        let pairs = self.parameters.iter().zip(&self.values);
        pairs.map(|(parameter, value)| (parameter.name.clone(), exact(value).into())).collect()
    }
}

impl fmt::Display for Decoded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs = self.parameters.iter().zip(&self.values);
        let pairs = pairs.map(|(one, value)| format!("{}: {}", one.name, told(one, value)));
        write!(f, "{}({})", self.name, pairs.collect::<Vec<_>>().join(", "))
    }
}

/// A value as programs read it: numbers in decimal, bytes in hex, lists as JSON.
#[must_use]
pub fn exact(value: &DynSolValue) -> String {
    match value {
        DynSolValue::Uint(number, _) => number.to_string(),
        DynSolValue::Int(number, _) => number.to_string(),
        DynSolValue::Bool(truth) => truth.to_string(),
        DynSolValue::Address(address) => address.to_string(),
        DynSolValue::FixedBytes(word, size) => hex::encode_prefixed(&word[..*size]),
        DynSolValue::Bytes(bytes) => hex::encode_prefixed(bytes),
        DynSolValue::String(text) => text.clone(),
        DynSolValue::Function(function) => hex::encode_prefixed(function.as_slice()),
        DynSolValue::Array(list) | DynSolValue::FixedArray(list) => {
            let items: Vec<_> = list.iter().map(in_list).collect();
            format!("[{}]", items.join(","))
        }
        other => format!("{other:?}"),
    }
}

/// Numbers and truths stand bare in a list, everything else in quotes, as JSON has it.
fn in_list(value: &DynSolValue) -> String {
    let bare = matches!(
        value,
        DynSolValue::Uint(..) | DynSolValue::Int(..) | DynSolValue::Bool(_) | DynSolValue::Array(_)
    );
    if bare { exact(value) } else { Value::from(exact(value)).to_string() }
}

/// A parameter's value as people read it; of a source, its label.
pub(super) fn told(parameter: &Param, value: &DynSolValue) -> String {
    match value {
        DynSolValue::FixedBytes(id, 32) if parameter.name == "source" && id.is_zero() => label(*id),
        value => readable(value),
    }
}

/// A value as people read it: as [`exact`], with words that hold text as that text.
fn readable(value: &DynSolValue) -> String {
    match value {
        DynSolValue::FixedBytes(word, 32) => text_of(*word).map_or_else(|| exact(value), quoted),
        DynSolValue::Array(list) => {
            format!("[{}]", list.iter().map(readable).collect::<Vec<_>>().join(", "))
        }
        other => exact(other),
    }
}

fn quoted(text: String) -> String {
    format!("{text:?}")
}

/// The ASCII text that `word` holds, left-aligned and zero-padded, if it holds any.
#[must_use]
pub fn text_of(word: B256) -> Option<String> {
    let end = word.iter().position(|byte| *byte == 0).unwrap_or(32);
    let (text, rest) = word.split_at(end);
    let is_text = !text.is_empty()
        && text.iter().all(|byte| (b' '..=b'~').contains(byte))
        && rest.iter().all(|byte| *byte == 0);
    is_text.then(|| String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use alloy::{
        primitives::{Address, U256, address},
        sol_types::{SolCall, SolEvent},
    };

    use super::*;
    use crate::{
        abi::{ISplitter, IVault},
        platform::text_word,
    };

    const ALICE: Address = address!("0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266");

    #[test]
    fn a_call_is_told_by_name_and_labels_are_read() {
        let source = text_word("gpu-on-demand");
        let data = ISplitter::depositCall { source, token: ALICE, amount: U256::from(7) };
        let decoded = call(&data.abi_encode()).unwrap();
        let told = format!("deposit(source: \"gpu-on-demand\", token: {ALICE}, amount: 7)");
        assert_eq!(decoded.to_string(), told);
        assert_eq!(decoded.arguments()["source"], format!("{source}"));
        assert!(call(&[1, 2, 3, 4]).is_none());
    }

    #[test]
    fn revenue_without_a_source_is_told_as_unattributed_and_stays_exact_for_programs() {
        let call =
            ISplitter::depositCall { source: B256::ZERO, token: ALICE, amount: U256::from(7) };
        let decoded = call_of(&call.abi_encode());
        assert!(decoded.to_string().starts_with("deposit(source: unattributed, "), "{decoded}");
        assert_eq!(decoded.arguments()["source"], format!("{}", B256::ZERO));
    }

    fn call_of(data: &[u8]) -> Decoded {
        call(data).expect("an interface declares it")
    }

    #[test]
    fn every_error_of_every_interface_is_told_by_name() {
        for (file, abi) in crate::abi::interfaces() {
            for declared in abi.errors() {
                let values: Vec<_> = declared.inputs.iter().map(|input| zero(&input.ty)).collect();
                let data = declared.abi_encode_input(&values).unwrap();
                let told = error(&data).unwrap_or_else(|| panic!("{file} {}", declared.name));
                assert_eq!((&told.name, told.values.len()), (&declared.name, values.len()));
            }
        }
    }

    fn zero(ty: &str) -> DynSolValue {
        let ty: alloy::dyn_abi::DynSolType = ty.parse().unwrap();
        ty.abi_decode(&[0; 32]).unwrap()
    }

    #[test]
    fn lists_are_json_for_programs() {
        let data =
            IVault::setCurveCall { durations: vec![0, 4], multipliers: vec![10_000, 11_500] };
        let decoded = call(&data.abi_encode()).unwrap();
        assert_eq!(decoded.arguments()["multipliers"], "[10000,11500]");
        let claim = call(&IVault::claimCall { tokens: vec![ALICE] }.abi_encode()).unwrap();
        assert_eq!(claim.arguments()["tokens"], format!("[\"{ALICE}\"]"));
    }

    #[test]
    fn an_event_keeps_the_order_of_its_parameters_whatever_is_indexed() {
        let (amount, token) = (U256::from(5), Address::ZERO);
        let paid = IVault::RevenueClaimed { account: ALICE, token, receiver: ALICE, amount };
        let told = event(&paid.encode_log_data()).unwrap().to_string();
        let expected = format!(
            "RevenueClaimed(account: {ALICE}, token: {token}, receiver: {ALICE}, amount: 5)"
        );
        assert_eq!(told, expected);
    }
}
