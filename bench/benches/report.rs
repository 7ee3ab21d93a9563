//! `cargo bench -p bench --bench report`: see [`bench::report`].

fn main() -> eyre::Result<()> {
    bench::report::main()
}
