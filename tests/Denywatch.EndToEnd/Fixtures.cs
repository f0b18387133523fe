using Denywatch.EndToEnd;
using Denywatch.Testing;
using Xunit.Sdk;
using Xunit.v3;

[assembly: AssemblyFixture(typeof(PostgresFixture))]
[assembly: AssemblyFixture(typeof(Browser))]
// Each test has an app and a browser's window of its own, on few cores, and some measure time.
[assembly: Parallelization(Mode = ParallelMode.None)]
