//! `cargo bench -p bench --bench node`: see the crate's documentation.

fn main() -> eyre::Result<()> {
    bench::main()
}
