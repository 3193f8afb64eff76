namespace Sure.LocalHost;

/// <summary>Something the user can mend, said in one sentence; it is shown without a stack trace.</summary>
public sealed class StartException : Exception
{
    /// <summary>With a sentence for the user.</summary>
    public StartException(string sentence)
        : base(sentence)
    {
    }

    /// <summary>With a sentence for the user and what was behind it.</summary>
    public StartException(string sentence, Exception inner)
        : base(sentence, inner)
    {
    }

    /// <summary>Without a sentence.</summary>
    public StartException()
        : this("The platform does not start.")
    {
    }

    /// <summary>
    /// What the user can do about <paramref name="exception"/>, or null where it is a fault of the program. <paramref name="folder"/>
    /// is where data is written.
    /// </summary>
    public static string? SentenceFor(Exception exception, string folder)
    {
        const int noSpace = 28;
        const int quotaExceeded = 122;
        return exception switch
        {
            StartException failure => failure.Message,
            IOException { HResult: noSpace or quotaExceeded } => $"The disk that holds {folder} is full: make room or choose another folder with --data DIR.",
            UnauthorizedAccessException denied => $"{denied.Message} Choose a folder of your own with --data DIR, or start as the user who owns it.",
            _ => null,
        };
    }
}
