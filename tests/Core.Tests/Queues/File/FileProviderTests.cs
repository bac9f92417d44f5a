using Eventide.Queues;

namespace Eventide.Core.Tests.Queues;

public sealed class FileProviderTests
{
    private readonly FileQueueProvider _provider = new();

    [Fact]
    public async Task Opens_what_its_URIs_name()
    {
        using var file = new TemporaryFile();

        await using (var sender = await _provider.OpenSenderAsync(QueueUri.Parse($"file:{file.Path}?fsync=false&max-line=2048"), default))
        {
            Assert.Equal(2048, sender.Limits.MaxMessageBytes);
            await sender.SendTextsAsync("1");
        }

        await using var receiver = await _provider.OpenReceiverAsync(QueueUri.Parse($"file://{file.Path}"), default);
        Assert.Equal("1", Assert.Single((await receiver.TakeAsync()).Messages).Message.Text);
    }

    [Fact]
    public async Task Standard_streams_have_their_names_and_no_admin()
    {
        await using var receiver = await _provider.OpenReceiverAsync(QueueUri.Parse("-"), default);
        await using var sender = await _provider.OpenSenderAsync(QueueUri.Parse("file:-"), default);

        Assert.Equal(("stdin", "stdout"), (receiver.Name, sender.Name));
        Assert.Null(await _provider.OpenAdminAsync(QueueUri.Parse("-"), default));
    }

    [Theory]
    [InlineData("file:")]
    [InlineData("file:a?fsync=maybe")]
    [InlineData("file:a?max-line=10")]
    [InlineData("file:a?max-line=ten")]
    [InlineData("file:a?speed=fast")]
    [InlineData("file://server/share/a")]
    public async Task Refuses_other_forms_and_says_which_it_takes(string uri)
    {
        var error = await Assert.ThrowsAsync<FormatException>(async () => await _provider.OpenReceiverAsync(QueueUri.Parse(uri), default));

        Assert.True(error.Message.Contains("expected", StringComparison.Ordinal) || error.Message.Contains("is not", StringComparison.Ordinal) || error.Message.Contains("neither", StringComparison.Ordinal), error.Message);
    }

    [Fact]
    public async Task A_file_that_cannot_be_opened_is_an_error_that_says_why()
    {
        using var file = new TemporaryFile();
        var directory = Path.GetDirectoryName(file.Path)!;

        Assert.Contains("does not exist", (await OpeningAsync(file.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("directory of the file does not exist", (await OpeningAsync(Path.Combine(directory, "no", "file"))).Message, StringComparison.Ordinal);
        Assert.Contains("this is a directory", (await OpeningAsync(directory)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Options_out_of_range_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new FileQueueProvider(defaults: new FileQueueOptions { MaxLineBytes = 1023 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new FileQueue("a", new FileQueueOptions { MaxLineBytes = int.MaxValue }));
        Assert.Throws<ArgumentException>(() => new FileQueue(" "));
    }

    private async Task<QueueException> OpeningAsync(string path)
    {
        var error = await Assert.ThrowsAsync<QueueException>(async () => await _provider.OpenReceiverAsync(QueueUri.Parse($"file:{path}"), default));
        Assert.False(error.IsTransient);
        Assert.StartsWith(path, error.Message, StringComparison.Ordinal);
        return error;
    }
}
