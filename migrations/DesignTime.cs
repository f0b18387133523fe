using Denywatch.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Denywatch.Migrations;

/// <summary>Lets <c>dotnet ef</c> build the model without starting the app; it connects to nothing.</summary>
public sealed class DesignTime : IDesignTimeDbContextFactory<DenywatchDb>
{
    public DenywatchDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<DenywatchDb>();
        Database.Configure(options, "Host=nowhere");
        return new(options.Options);
    }
}
