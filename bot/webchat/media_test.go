package webchat_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/webchat"
)

// shelf knows copies by their kind.
type shelf map[string]string

func (s shelf) URL(_ context.Context, key string) (string, string, error) {
	switch kind, ok := s[key]; {
	case !ok:
		return "", "", fmt.Errorf("look: %w", fs.ErrNotExist)
	case kind == "":
		return "", "", errors.New("folder does not answer")
	default:
		return "/media/9/s/" + key, kind, nil
	}
}

func attachments() []bot.Attachment {
	return []bot.Attachment{
		{Kind: bot.AttachPhoto, Key: "a.jpg", Text: "Thẻ <mẫu>"}, {Kind: bot.AttachVoice, Key: "b.aac"}, {Kind: bot.AttachVideo, Key: "c.mp4"},
		{Kind: bot.AttachFile, Key: "d.pdf", Name: "đơn.pdf"}, {Kind: bot.AttachPhoto, Key: "gone", Text: "hình đã hết hạn"},
	}
}

func showing(t *testing.T, media webchat.Media) *browser {
	t.Helper()
	x := channeltest.NewExchange(func(bot.Message) []bot.Reply {
		return []bot.Reply{{Kind: bot.ReplyPerson, Text: "Dạ, gửi cô bác", Attachments: attachments()}}
	})
	return newBrowser(t, serve(t, newHandler(t, webchat.Config{Intake: x, Outbox: x, Media: media})))
}

func kinds() shelf {
	return shelf{"a.jpg": "image/jpeg", "b.aac": "audio/aac", "c.mp4": "video/mp4", "d.pdf": "application/pdf"}
}

func TestShowsWhatIsSentBesidesText(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		media webchat.Media
		want  string
	}{
		"with media": {kinds(), `[{"as":"image","address":"media/9/s/a.jpg","text":"Thẻ \u003cmẫu\u003e"},{"as":"audio","address":"media/9/s/b.aac"},` +
			`{"as":"video","address":"media/9/s/c.mp4"},{"as":"file","address":"media/9/s/d.pdf","text":"đơn.pdf"},{"as":"words","text":"hình đã hết hạn"}]`},
		"without": {nil, `[{"as":"words","text":"Thẻ \u003cmẫu\u003e"},{"as":"words"},{"as":"words"},{"as":"words","text":"đơn.pdf"},{"as":"words","text":"hình đã hết hạn"}]`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := showing(t, test.media)
			b.call("POST", "/chat/session", struct{}{}, nil)
			b.call("POST", "/chat/messages", message{ID: "message-number-1", Kind: "text", Text: "x"}, nil)
			status, body := b.call("GET", "/chat/replies?wait=5", nil, nil)
			if status != http.StatusOK || !strings.Contains(body, `"shows":`+test.want) {
				t.Errorf("got %d %s, want %s in it", status, body, test.want)
			}
		})
	}
}

// What may be there later is asked for later, and not lost.
func TestWaitsForMediaThatDoNotAnswer(t *testing.T) {
	t.Parallel()
	media := kinds()
	media["a.jpg"] = ""
	b := showing(t, media)
	b.call("POST", "/chat/session", struct{}{}, nil)
	b.call("POST", "/chat/messages", message{ID: "message-number-1", Kind: "text", Text: "x"}, nil)
	if status, body := b.call("GET", "/chat/replies?wait=0", nil, nil); status != http.StatusServiceUnavailable {
		t.Errorf("got %d %s", status, body)
	}
}

func TestPlainPageShowsMedia(t *testing.T) {
	t.Parallel()
	b := showing(t, kinds())
	_, page := b.call("GET", "/chat/plain", nil, nil)
	fields := hidden(page)
	fields.Set("text", "câu hỏi")
	_, page = b.form(fields, nil)
	for _, want := range []string{
		`<img src="../media/9/s/a.jpg" alt="Thẻ &lt;mẫu&gt;">`, `<audio controls preload="none" src="../media/9/s/b.aac">`,
		`<video controls preload="none" src="../media/9/s/c.mp4">`, `<a href="../media/9/s/d.pdf">đơn.pdf</a>`, `<p>hình đã hết hạn</p>`,
	} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s in %s", want, page)
		}
	}
}
