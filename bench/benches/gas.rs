//! `cargo bench -p bench --bench gas`: see the documentation of `bench::gas`.

fn main() -> eyre::Result<()> {
    bench::gas::main()
}
