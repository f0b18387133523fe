namespace Denywatch.Storage.Embedded;

/// <summary>The private server cannot run; the message is a sentence for the person who started the app.</summary>
public sealed class EmbeddedPostgresException : Exception
{
    public EmbeddedPostgresException() { }

    public EmbeddedPostgresException(string message)
        : base(message) { }

    public EmbeddedPostgresException(string message, Exception inner)
        : base(message, inner) { }
}
