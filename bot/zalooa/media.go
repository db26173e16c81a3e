package zalooa

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime/multipart"
	"net/http"
	"path"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

const (
	maxImage = 1 << 20
	maxFile  = 5 << 20
	// uploadLife is how long Zalo keeps an upload, less some time to send it.
	uploadLife = 7*24*time.Hour - time.Hour
	// maxTries uploads of one thing that had run out when it was to be shown.
	maxTries = 2
)

// errUnsendable says that Zalo would not take a picture or file.
var errUnsendable = errors.New("zalo does not take this kind of file")

// FileHosts are where Zalo keeps what people send to an account: pictures and
// voices, papers (with where those are moved to), films. Zalo publishes no list;
// these are the hosts of addresses that were met.
func FileHosts() []string { return []string{"*.zdn.vn", "*.dlfl.vn", "*.flchat.vn", "*.dlmd.me"} }

// sendUpload uploads what the next part shows. What was uploaded before is
// shown at once.
func (c *Channel) sendUpload(ctx context.Context, d record.Delivery, plan []part, n note) (delivery.Progress, error) {
	a := plan[n.Next].media
	if id, ok := c.cfg.Assets.Get(ctx, assetKey(a)); ok && n.Tries == 0 {
		return c.sendMedia(ctx, d, plan, note{Next: n.Next + 1, ID: id})
	}
	id, err := c.upload(ctx, a)
	switch {
	case errors.Is(err, errUnsendable):
		return c.sendInWords(ctx, d, plan, n)
	case err != nil:
		return delivery.Progress{}, c.uploadError(err)
	}
	c.cfg.Assets.Put(ctx, assetKey(a), id, c.cfg.Now().Add(uploadLife))
	return progress(d, plan, note{Next: n.Next + 1, ID: id, Tries: n.Tries}, ""), nil
}

// uploadError is sendError of a call that sends nothing to anybody: it may be
// repeated, whatever came of it.
func (c *Channel) uploadError(err error) error {
	err = c.sendError(err)
	if e, ok := errors.AsType[*delivery.SendError](err); ok && e.Kind == delivery.Uncertain {
		e.Kind = delivery.Retry
	}
	return err
}

// sendMedia shows what was uploaded. If the upload has run out it goes back to
// that part.
func (c *Channel) sendMedia(ctx context.Context, d record.Delivery, plan []part, n note) (delivery.Progress, error) {
	if n.ID == "" {
		n.Next--
		return c.sendUpload(ctx, d, plan, n)
	}
	a := plan[n.Next].media
	id, err := c.message(ctx, d.Chat, mediaMessage(a, n.ID))
	if e, ok := errors.AsType[*CodeError](err); ok && meaningOf(e).class == classExpired && n.Tries < maxTries {
		c.cfg.Assets.Put(ctx, assetKey(a), "", time.Time{})
		return progress(d, plan, note{Next: n.Next - 1, Tries: n.Tries + 1}, ""), nil
	}
	if err != nil {
		return delivery.Progress{}, err
	}
	return progress(d, plan, note{Next: n.Next + 1}, id), nil
}

// sendInWords sends what a picture shows in its place.
func (c *Channel) sendInWords(ctx context.Context, d record.Delivery, plan []part, n note) (delivery.Progress, error) {
	c.count("media.unsendable")
	next := note{Next: n.Next + 2}
	text := split(valid(plan[n.Next].media.Text), maxText)[0]
	if text == "" {
		if d.Sent == 0 && next.Next >= len(plan) {
			return delivery.Progress{}, &delivery.SendError{Kind: delivery.Gone, Reason: "media", Err: errUnsendable}
		}
		return progress(d, plan, next, ""), nil
	}
	id, err := c.message(ctx, d.Chat, message{Text: text})
	if err != nil {
		return delivery.Progress{}, err
	}
	return progress(d, plan, next, id), nil
}

func mediaMessage(a bot.Attachment, id string) message {
	if a.Kind == bot.AttachFile {
		return message{Attachment: &outgoingKit{Type: "file", Payload: outgoingSet{Token: id}}}
	}
	return message{Attachment: &outgoingKit{Type: "template", Payload: outgoingSet{
		Template: "media", Elements: []element{{MediaType: "image", ID: id}},
	}}}
}

func assetKey(a bot.Attachment) string { return string(a.Kind) + ":" + a.Key }

// upload gives Zalo our copy and returns what Zalo calls it.
func (c *Channel) upload(ctx context.Context, a bot.Attachment) (string, error) {
	data, err := c.read(ctx, a)
	if err != nil {
		return "", err
	}
	where, name := pathUploadFile, path.Base(a.Name)
	if a.Kind != bot.AttachFile {
		where = pathUploadImage
		if data, name, err = fitImage(data); err != nil {
			return "", err
		}
	} else if !sendableFile(name) {
		return "", errUnsendable
	}
	body, contentType, err := form(name, data)
	if err != nil {
		return "", &callError{err: errors.New("request cannot be written")}
	}
	answered, err := c.call(ctx, func(ctx context.Context, token string) (answer, error) {
		return c.api.do(ctx, http.MethodPost, where, token, contentType, body)
	})
	if err != nil {
		return "", err
	}
	var done struct {
		ID    string `json:"attachment_id"`
		Token string `json:"token"`
	}
	_ = decode(answered.Data, &done)
	if done.ID+done.Token == "" {
		return "", &callError{written: true, err: errors.New("upload was answered without an id")}
	}
	return done.ID + done.Token, nil
}

// read returns our copy, if it is not larger than any channel stores.
func (c *Channel) read(ctx context.Context, a bot.Attachment) ([]byte, error) {
	r, err := c.cfg.Media.Open(ctx, a.Key)
	if errors.Is(err, fs.ErrNotExist) {
		c.count("media.gone")
		return nil, errUnsendable
	}
	if err != nil {
		return nil, &callError{err: fmt.Errorf("open media: %w", err)}
	}
	defer r.Close()
	data, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, &callError{err: fmt.Errorf("read media: %w", err)}
	}
	if len(data) > maxFile {
		return nil, errUnsendable
	}
	return data, nil
}

// sendableFile reports whether Zalo takes files of that name.
func sendableFile(name string) bool {
	switch strings.ToLower(path.Ext(name)) {
	case ".pdf", ".doc", ".docx", ".csv":
		return true
	}
	return false
}

// form writes a file as the one field of a form.
func form(name string, data []byte) (body []byte, contentType string, err error) {
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	field, err := w.CreateFormFile("file", name)
	if err != nil {
		return nil, "", err
	}
	if _, err := field.Write(data); err != nil {
		return nil, "", err
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}
