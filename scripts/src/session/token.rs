//! Tokens as they describe themselves, which some do not: a missing ticker or number of decimals is no
//! reason to refuse anything but an amount that cannot be understood without it.

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::{SolCall, SolValue},
    transports::TransportError,
};
use eyre::Result;

use super::{Amount, Site, decode::text_of};
use crate::{abi::IToken, chain::in_words, failure::Failure, units::whole_tokens};

/// Longest ticker that is believed.
const TICKER: usize = 32;
/// Most decimals with which a whole token still fits into 256 bits.
const MAX_DECIMALS: u8 = 77;
/// What nodes answer that have had enough, which says nothing of the token.
const BUSY: [i64; 2] = [429, -32005];

/// A token's own words on itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it is.
    pub address: Address,
    /// Its ticker; if it tells none, its address, shortened.
    pub symbol: String,
    /// Decimals of its smallest unit; 0 if it tells none, so that amounts are in smallest units.
    pub decimals: u8,
    tells_symbol: bool,
    tells_decimals: bool,
}

impl Token {
    /// The token at `address`, by what it tells of itself.
    #[must_use]
    pub fn new(address: Address, symbol: Option<String>, decimals: Option<u8>) -> Self {
        let (tells_symbol, tells_decimals) = (symbol.is_some(), decimals.is_some());
        let symbol = symbol.unwrap_or_else(|| short(address));
        let decimals = decimals.unwrap_or_default();
        Self { address, symbol, decimals, tells_symbol, tells_decimals }
    }

    /// `amount` as people read it: `1,234.5 USDT`.
    #[must_use]
    pub fn show(&self, amount: U256) -> String {
        let text = whole_tokens(amount, self.decimals);
        if !self.tells_decimals {
            return format!("{text} smallest units of {}", self.symbol);
        }
        let short = if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.')
        } else {
            &text
        };
        format!("{short} {}", self.symbol)
    }

    /// `amount` in the smallest unit; `all` is what `everything` says.
    ///
    /// # Errors
    /// It has more decimals than the token, or the token does not tell how many it has.
    pub fn units(&self, amount: &Amount, everything: U256) -> Result<U256> {
        if matches!(amount, Amount::Whole(..)) && !self.tells_decimals {
            let token = self.address;
            let why = format!(
                "{token} does not tell how many decimals it has; write the amount in its \
                smallest units, as 1500wei"
            );
            return Err(Failure::usage(why));
        }
        amount.units(self.decimals, everything)
    }

    /// What it does not tell, if there is anything.
    #[must_use]
    pub fn note(&self) -> Option<String> {
        let missing = match (self.tells_symbol, self.tells_decimals) {
            (true, true) => return None,
            (false, true) => "no ticker",
            (true, false) => "no decimals: amounts are in its smallest unit",
            (false, false) => "neither ticker nor decimals: amounts are in its smallest unit",
        };
        Some(format!("the token at {} tells {missing}", self.address))
    }
}

/// `0x1234…abcd`.
fn short(address: Address) -> String {
    let text = address.to_string();
    format!("{}…{}", &text[..6], &text[text.len() - 4..])
}

impl Site {
    /// What the token at `address` says of itself, as far as it says anything.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn token(&self, address: Address) -> Result<Token> {
        let symbol = self.told(address, IToken::symbolCall {}.abi_encode());
        let decimals = self.told(address, IToken::decimalsCall {}.abi_encode());
        let (symbol, decimals) = tokio::join!(symbol, decimals);
        let symbol = symbol?.and_then(|told| ticker(&told));
        Ok(Token::new(address, symbol, decimals?.and_then(|told| decimals_of(&told))))
    }

    /// What the contract at `address` returns; `None` if it refuses.
    async fn told(&self, address: Address, data: Vec<u8>) -> Result<Option<Bytes>> {
        let request = TransactionRequest::default().to(address).input(Bytes::from(data).into());
        match self.chain.provider().call(request).await {
            Ok(returned) => Ok(Some(returned)),
            Err(error) if is_refusal(&error) => Ok(None),
            Err(error) => Err(in_words(&error)),
        }
    }

    /// The token that an operator means by `name`: an address, a name of the deployment (`stablecoin`), or
    /// the ticker of one of the vault's reward tokens or of its asset.
    ///
    /// # Errors
    /// It is none of them, or several tokens have that ticker.
    pub async fn find_token(&self, name: &str) -> Result<Token> {
        if let Ok(address) = name.parse() {
            return self.token(address).await;
        }
        let named = self.book.contracts.get(name).map(|entry| entry.address);
        let tokens = match named {
            Some(_) if !self.book.contracts.contains_key("vault") => Vec::new(),
            _ => self.tokens().await?,
        };
        let tickers = tokens.iter().filter(|token| token.symbol.eq_ignore_ascii_case(name));
        let tickers = tickers.map(|token| token.address).filter(|address| Some(*address) != named);
        match named.into_iter().chain(tickers).collect::<Vec<_>>().as_slice() {
            [only] => self.token(*only).await,
            [] => Err(unknown(name, &tokens)),
            several => Err(ambiguous(name, several)),
        }
    }

    /// The vault's reward tokens, and what is staked.
    ///
    /// # Errors
    /// Nobody said where the vault is, or the node does not answer.
    pub async fn tokens(&self) -> Result<Vec<Token>> {
        Ok(self.roster().await?.tokens)
    }

    /// What the vault stakes.
    ///
    /// # Errors
    /// Nobody said where the vault is.
    pub async fn asset(&self) -> Result<Token> {
        self.token(self.vault()?.asset().call().await?).await
    }

    /// What `holder` has of `token`; `None` if the token does not say.
    ///
    /// # Errors
    /// The node does not answer.
    pub async fn balance(&self, token: Address, holder: Address) -> Result<Option<U256>> {
        let told = self.told(token, IToken::balanceOfCall { account: holder }.abi_encode()).await?;
        Ok(told.and_then(|told| U256::abi_decode(&told).ok()))
    }
}

/// Whether a contract refused, and not the node.
fn is_refusal(error: &TransportError) -> bool {
    error.as_error_resp().is_some_and(|response| !BUSY.contains(&response.code))
}

/// A ticker as contracts tell it: a string, or 32 bytes as the oldest tokens do. Nothing that could not
/// be one, since it is printed on terminals.
fn ticker(told: &[u8]) -> Option<String> {
    let text = match <[u8; 32]>::try_from(told) {
        Ok(word) => text_of(B256::from(word)),
        Err(_) => String::abi_decode(told).ok(),
    };
    let printable =
        |text: &String| text.chars().all(|one| !one.is_control() && !one.is_whitespace());
    text.filter(|text| !text.is_empty() && text.chars().count() <= TICKER && printable(text))
}

fn decimals_of(told: &[u8]) -> Option<u8> {
    let decimals = U256::abi_decode(told).ok()?;
    u8::try_from(decimals).ok().filter(|decimals| *decimals <= MAX_DECIMALS)
}

fn unknown(name: &str, tokens: &[Token]) -> eyre::Report {
    let known = tokens.iter().map(|token| token.symbol.as_str()).collect::<Vec<_>>().join(", ");
    Failure::usage(format!("there is no token {name:?}; the vault knows {known}"))
}

fn ambiguous(name: &str, addresses: &[Address]) -> eyre::Report {
    let addresses = addresses.iter().map(Address::to_string).collect::<Vec<_>>().join(" or ");
    Failure::usage(format!("several tokens are called {name}; give the address: {addresses}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::platform::text_word;

    const HERE: Address = Address::repeat_byte(0x5a);

    #[test]
    fn tickers_are_strings_or_words_and_nothing_that_a_terminal_would_obey() {
        assert_eq!(ticker(&"USDT".to_owned().abi_encode()).as_deref(), Some("USDT"));
        assert_eq!(ticker(text_word("MKR").as_slice()).as_deref(), Some("MKR"));
        assert_eq!(ticker(&"USD₮0".to_owned().abi_encode()).as_deref(), Some("USD₮0"));
        for text in ["", "\u{1b}[2J", "A B", "a ticker that is as long as a sentence"] {
            assert_eq!(ticker(&text.to_owned().abi_encode()), None, "{text:?}");
        }
        assert_eq!((ticker(&[]), ticker(&[7; 32]), ticker(&[0; 32])), (None, None, None));
    }

    #[test]
    fn decimals_are_believed_as_far_as_a_whole_token_is_a_number() {
        assert_eq!(decimals_of(&U256::from(18).abi_encode()), Some(18));
        assert_eq!(decimals_of(&U256::from(78).abi_encode()), None);
        assert_eq!(decimals_of(&U256::MAX.abi_encode()), None);
        assert_eq!(decimals_of(&[]), None);
    }

    #[test]
    fn without_decimals_only_amounts_in_smallest_units_are_understood() {
        let token = Token::new(HERE, None, None);
        let units = |text: &str| token.units(&text.parse().unwrap(), U256::from(9)).ok();
        assert_eq!((units("7wei"), units("all")), (Some(U256::from(7)), Some(U256::from(9))));
        assert_eq!(units("7"), None);
        assert_eq!(token.show(U256::from(1_500)), "1,500 smallest units of 0x5a5A…5A5A");
        assert!(token.note().is_some_and(|note| note.contains("neither ticker nor decimals")));
        assert_eq!(Token::new(HERE, Some("X".into()), Some(6)).note(), None);
    }
}
