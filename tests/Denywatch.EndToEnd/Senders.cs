using System.Net.Sockets;
using System.Text;
using Denywatch.Storage;
using Denywatch.Storage.Entities;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Denywatch.EndToEnd;

/// <summary>What a sender needs: a token, and a way to speak syslog.</summary>
public static class Senders
{
    /// <summary>Makes an intake token in the database, as the tokens page would; the app knows it at once.</summary>
    /// <returns>Its secret.</returns>
    public static async Task<string> MakeTokenAsync(string connectionString, string name, CancellationToken ct)
    {
        await using var source = new NpgsqlDataSourceBuilder(connectionString).Build();
        var options = new DbContextOptionsBuilder<DenywatchDb>();
        Database.Configure(options, source);
        await using var db = new DenywatchDb(options.Options);

        var secret = Secret.New("dwi");
        db.AccessTokens.Add(
            new()
            {
                Name = name,
                Scope = TokenScope.Intake,
                Prefix = secret[..Secret.PrefixLength],
                SecretHash = Secret.HashOf(secret),
                CreatedBy = "test",
                CreatedAt = DateTimeOffset.UtcNow,
            }
        );
        await db.SaveChangesAsync(ct);
        return secret;
    }

    /// <summary>Sends lines over one TCP connection, each ended by LF.</summary>
    public static async Task SendAsync(int syslogPort, IEnumerable<string> lines, CancellationToken ct)
    {
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", syslogPort, ct);
        var text = new StringBuilder();
        foreach (var line in lines)
            text.Append(line).Append('\n');
        await connection.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text.ToString()), ct);
        connection.Client.Shutdown(SocketShutdown.Send);
    }
}
