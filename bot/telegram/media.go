package telegram

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"net/http"
	"path"
	"strconv"
	"sync"
	"time"

	tgbotapi "github.com/go-telegram-bot-api/telegram-bot-api/v5"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// Media opens our own copies of pictures and the like.
type Media interface {
	// Open returns what is kept under key; the caller closes it. An error that is
	// [fs.ErrNotExist] says that it is gone for good, any other that it may work later.
	Open(ctx context.Context, key string) (io.ReadCloser, Info, error)
}

// Info is what is known of a file.
type Info struct {
	Name string // for those who save it; may be empty
	Type string // media type
	Size int64  // bytes
}

const (
	maxPhoto    = 10 << 20 // bytes; a larger picture goes as a file
	maxUpload   = 50 << 20
	maxDownload = 20 << 20
	uploadTime  = time.Minute
)

// method names the call that sends an attachment, and its parameter.
func method(kind bot.AttachmentKind, size int64) (name, field string) {
	switch {
	case kind == bot.AttachPhoto && size <= maxPhoto:
		return "sendPhoto", "photo"
	case kind == bot.AttachVoice:
		return "sendVoice", "voice"
	case kind == bot.AttachVideo:
		return "sendVideo", "video"
	}
	return "sendDocument", "document"
}

// sendAttachment sends a file by the name that Telegram knows it by, else by
// uploading it, else only its description. Without one there is nothing to send.
func (c *Channel) sendAttachment(ctx context.Context, r *request) (json.RawMessage, error) {
	a := r.part.attachment
	if a.Kind == bot.AttachLocation {
		return c.sendLocation(ctx, r)
	}
	if id, known := c.fileName(r); known {
		limited, cancel := context.WithTimeout(ctx, callTime)
		defer cancel()
		name, field := method(a.Kind, 0)
		p := r.params()
		r.words(p, "caption")
		p[field] = id
		return c.api.call(limited, name, p)
	}
	if c.config.Media == nil || a.Key == "" {
		return c.describe(ctx, r)
	}
	file, info, err := c.config.Media.Open(ctx, a.Key)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		c.count("media.gone")
		return c.describe(ctx, r)
	case err != nil:
		return nil, &callError{method: "open media", err: err}
	}
	held := &heldReader{r: file}
	defer func() { _ = held.Close() }()
	if info.Size > maxUpload {
		c.count("media.too-large")
		return c.describe(ctx, r)
	}
	return c.upload(ctx, r, held, info)
}

// describe sends the words for a file in its place.
func (c *Channel) describe(ctx context.Context, r *request) (json.RawMessage, error) {
	if r.part.text == "" {
		return nil, nil
	}
	return c.sendText(ctx, r)
}

func (c *Channel) upload(ctx context.Context, r *request, file io.Reader, info Info) (json.RawMessage, error) {
	a := r.part.attachment
	name, field := method(a.Kind, info.Size)
	c.sign(r.to.chat, "upload_"+field)
	limited, cancel := context.WithTimeout(ctx, uploadTime)
	defer cancel()
	p := r.params()
	r.words(p, "caption")
	result, err := c.api.call(limited, name, p, tgbotapi.RequestFile{
		Name: field, Data: tgbotapi.FileReader{Name: fileTitle(*a, info), Reader: file},
	})
	// A picture that went as a document can only be repeated as one.
	if usual, _ := method(a.Kind, 0); err == nil && name == usual {
		if id := readSent(result).file(); id != "" {
			r.files[fileKey(*a)] = id
			c.files.put(fileKey(*a), id)
		}
	}
	return result, err
}

// fileTitle is what a file is called where it arrives.
func fileTitle(a bot.Attachment, info Info) string {
	for _, name := range []string{a.Name, info.Name, path.Base(a.Key)} {
		if name != "" {
			return name
		}
	}
	return string(a.Kind)
}

func (c *Channel) sendLocation(ctx context.Context, r *request) (json.RawMessage, error) {
	limited, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	p := r.params()
	p["latitude"] = strconv.FormatFloat(r.part.attachment.Latitude, 'f', 6, 64)
	p["longitude"] = strconv.FormatFloat(r.part.attachment.Longitude, 'f', 6, 64)
	return c.api.call(limited, "sendLocation", p)
}

// fileKey names a file of ours as it is sent: one that went as a picture is not
// known as a document.
func fileKey(a bot.Attachment) string { return string(a.Kind) + ":" + a.Key }

// fileName is what Telegram calls the file of a part, if it has seen it.
func (c *Channel) fileName(r *request) (string, bool) {
	key := fileKey(*r.part.attachment)
	if id, ok := r.files[key]; ok {
		return id, true
	}
	return c.files.get(key)
}

// forget drops a name that Telegram does not know any more, and reports whether
// there was one.
func (c *Channel) forget(r *request) bool {
	_, known := c.fileName(r)
	key := fileKey(*r.part.attachment)
	delete(r.files, key)
	c.files.drop(key)
	return known
}

// The note of a delivery is what Telegram calls the files that have gone out.
func readNote(note []byte) map[string]string {
	files := map[string]string{}
	_ = json.Unmarshal(note, &files) // a note of another making is none
	if files == nil {
		files = map[string]string{}
	}
	return files
}

func writeNote(files map[string]string) []byte {
	if len(files) == 0 {
		return nil
	}
	raw, err := json.Marshal(files)
	if err != nil || len(raw) > record.MaxNote {
		return nil
	}
	return raw
}

// heldReader lets go of a file when a call has ended, although the library's
// goroutine may still be reading it.
type heldReader struct {
	mu     sync.Mutex
	r      io.ReadCloser
	closed bool
}

// Read implements io.Reader.
func (h *heldReader) Read(p []byte) (int, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return 0, fs.ErrClosed
	}
	return h.r.Read(p)
}

// Close implements io.Closer.
func (h *heldReader) Close() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.closed = true
	return h.r.Close()
}

// Fetch opens a file that a resident sent, by the source of its attachment;
// the caller closes it. It ends with an error after 20 MB, the most that
// Telegram gives out. Errors of opening are [*delivery.SendError]: they tell
// whether trying again is of use.
func (c *Channel) Fetch(ctx context.Context, source string) (io.ReadCloser, error) {
	result, err := c.api.call(ctx, "getFile", tgbotapi.Params{"file_id": source})
	if err != nil {
		return nil, fetchError(err)
	}
	var file struct {
		Path string `json:"file_path"`
	}
	if err := json.Unmarshal(result, &file); err != nil || file.Path == "" {
		return nil, &delivery.SendError{Kind: delivery.Gone, Reason: "no-path"}
	}
	body, err := c.api.fetch(ctx, file.Path)
	if err != nil {
		return nil, fetchError(err)
	}
	return struct {
		io.Reader
		io.Closer
	}{&cappedReader{r: body, left: maxDownload}, body}, nil
}

// fetchError is sendError of a call that sends nothing to anybody: it may be
// repeated, whatever came of it.
func fetchError(err error) *delivery.SendError {
	e := failed(err)
	fail := sendError(e)
	switch {
	case e.is("file is too big"):
		fail.Kind, fail.Reason = delivery.Gone, "too-large"
	case e.method == fetching && e.status >= 400 && e.status < 500 && e.status != http.StatusTooManyRequests: // it is not there any more
		fail.Kind, fail.Reason = delivery.Gone, "status-"+strconv.Itoa(e.status)
	case fail.Kind == delivery.Uncertain:
		fail.Kind = delivery.Retry
	}
	return fail
}

// cappedReader ends with an error, not as if all was read, when it is too much.
type cappedReader struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (c *cappedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errors.New("file is too large")
	}
	return n, err
}
