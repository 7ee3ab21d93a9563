//! Wrapped ether.

use alloy::{
    primitives::{Bytes, U256},
    providers::Provider,
    sol_types::SolError,
};
use eyre::Result;
use tributary::{abi::IWeth, chain::Call};
use tributary_tests::{Case, World};

use crate::{
    evm::{MESSENGER, create, message},
    play,
};

pub(crate) fn cases() -> Vec<Case> {
    vec![
        play!(ether_is_wrapped_by_deposit_and_by_sending_it),
        play!(what_was_wrapped_is_paid_back_in_ether),
        play!(no_other_function_takes_ether),
        play!(a_receiver_that_refuses_ether_keeps_its_wrapped_ether),
    ]
}

async fn ether_is_wrapped_by_deposit_and_by_sending_it(world: World) -> Result<()> {
    let (alice, weth) = (world.account("alice").await?, world.weth());
    let (here, seven, five) = (*weth.address(), U256::from(7), U256::from(5));
    let sent = world.pay(&alice, here, &IWeth::depositCall {}, seven).await?;
    let log = sent.decoded_log::<IWeth::Deposit>().expect("a Deposit");
    assert_eq!((log.to, log.value), (alice.address(), seven));
    world.chain.send(&alice, Call::raw("send ether", here, Bytes::new()).value(five)).await?;
    assert_eq!(weth.balanceOf(alice.address()).call().await?, U256::from(12));
    assert_eq!(weth.totalSupply().call().await?, U256::from(12));
    assert_eq!(world.chain.provider().get_balance(here).await?, U256::from(12));
    Ok(())
}

async fn what_was_wrapped_is_paid_back_in_ether(world: World) -> Result<()> {
    let (alice, weth) = (world.account("alice").await?, world.weth());
    let (here, provider) = (*weth.address(), world.chain.provider());
    let milli = U256::from(1_000_000_000_000_000_u64);
    world.pay(&alice, here, &IWeth::depositCall {}, milli).await?;
    let before = provider.get_balance(alice.address()).await?;
    let sent = world.send(&alice, here, &IWeth::withdrawCall { value: milli }).await?;
    let log = sent.decoded_log::<IWeth::Withdrawal>().expect("a Withdrawal");
    assert_eq!((log.from, log.value), (alice.address(), milli));
    let fee = U256::from(sent.gas_used) * U256::from(sent.effective_gas_price);
    assert_eq!(provider.get_balance(alice.address()).await?, before + milli - fee);
    assert_eq!(provider.get_balance(here).await?, U256::ZERO);
    Ok(())
}

async fn no_other_function_takes_ether(world: World) -> Result<()> {
    let (alice, weth) = (world.account("alice").await?, world.weth());
    let calldata = alloy::sol_types::SolCall::abi_encode(&IWeth::totalSupplyCall {});
    world.refused_with_value(&alice, *weth.address(), &calldata, U256::from(1), &[]).await;
    Ok(())
}

async fn a_receiver_that_refuses_ether_keeps_its_wrapped_ether(world: World) -> Result<()> {
    let (alice, weth) = (world.account("alice").await?, world.weth());
    let here = *weth.address();
    let receiver = create(&world, &alice, MESSENGER).await?;
    let wrap = Call::raw("wrap", receiver, message(here, &IWeth::depositCall {}));
    world.chain.send(&alice, wrap.value(U256::from(9))).await?;
    let unwrap = message(here, &IWeth::withdrawCall { value: U256::from(9) });
    let error = IWeth::EtherTransferFailed { receiver }.abi_encode();
    world.refused_with_value(&alice, receiver, &unwrap, U256::ZERO, &error).await;
    assert_eq!(weth.balanceOf(receiver).call().await?, U256::from(9));
    Ok(())
}
