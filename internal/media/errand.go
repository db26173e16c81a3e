package media

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"strconv"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/record"
)

// Source gets what a platform holds for us. It is safe for concurrent use.
type Source interface {
	// Fetch opens what the platform calls source, and the caller closes it. An
	// error that is a [*delivery.SendError] or a [*FetchError] says whether trying
	// again is of use; any other may go away. It holds no token and no address.
	Fetch(ctx context.Context, source string) (io.ReadCloser, error)
}

// FromWeb is the Source of a platform that gives out addresses.
func FromWeb(f *Fetcher) Source { return web{f} }

type web struct{ fetcher *Fetcher }

// Fetch implements [Source].
func (w web) Fetch(ctx context.Context, source string) (io.ReadCloser, error) {
	file, err := w.fetcher.Fetch(ctx, source)
	if err != nil {
		return nil, err
	}
	return io.NopCloser(bytes.NewReader(file.Data)), nil
}

// Reasons of errands that cannot be run, beside those of a [FetchError].
const (
	reasonNoSource = "no-source" // the channel that it came over is not served any more
	reasonNoRoom   = "no-room"
	reasonNoCopy   = "no-copy" // there is none to be kept on
	reasonErrand   = "errand"  // it is none: a mistake in who wrote it
	reasonFolder   = "folder"  // the store of the copies does not work
)

// roomWait is how long a fetch waits for which there is no room: sweeping makes some.
const roomWait = 10 * time.Minute

// Errands runs what is sent to the chats of [bot.MediaChannel]: it fetches, keeps
// on and deletes copies. Every errand may be run twice. It is safe for concurrent use.
type Errands struct {
	store  Store
	source Source // nil: nothing can be fetched
}

var _ delivery.Sender = (*Errands)(nil)

// NewErrands returns the sender of the lane of one channel's copies. source may
// be nil if that channel is not served: what was to be fetched from it fails, and
// what lies here can still be deleted.
func NewErrands(store Store, source Source) *Errands { return &Errands{store, source} }

// Send runs an errand. It implements [delivery.Sender].
func (e *Errands) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	if len(d.Reply.Attachments) != 1 || d.Reply.Attachments[0].Key != d.Chat.Chat {
		return delivery.Progress{}, gone(reasonErrand, nil)
	}
	a := d.Reply.Attachments[0]
	var err error
	switch d.Reply.Kind {
	case bot.ReplyFetch:
		err = e.fetch(ctx, a)
	case bot.ReplyKeep:
		err = e.store.Keep(ctx, a.Key, d.At.Add(KeepMost))
		if errors.Is(err, fs.ErrNotExist) {
			err = gone(reasonNoCopy, nil)
		}
	case bot.ReplyDrop:
		err = e.store.Delete(ctx, a.Key)
	default:
		err = gone(reasonErrand, nil)
	}
	if err != nil {
		return delivery.Progress{}, sendError(err)
	}
	return delivery.Progress{}, nil
}

// fetch makes the copy, unless there is one: the errand may have been run and
// its end not been told.
func (e *Errands) fetch(ctx context.Context, a bot.Attachment) error {
	_, err := e.store.Stat(ctx, a.Key)
	switch {
	case err == nil:
		return nil
	case !errors.Is(err, fs.ErrNotExist):
		return err
	case e.source == nil:
		return gone(reasonNoSource, nil)
	case a.Size > MaxSize: // as the platform says: why load it
		return ErrTooLarge
	}
	file, err := e.source.Fetch(ctx, a.Source)
	if err != nil {
		return unfetched(err)
	}
	defer file.Close()
	_, err = e.store.Put(ctx, a.Key, reading{file})
	return err
}

// unfetched keeps apart what a Source failed with and what the store did.
func unfetched(err error) error {
	_, told := errors.AsType[*delivery.SendError](err)
	_, known := errors.AsType[*FetchError](err)
	if told || known {
		return err
	}
	return failure(err)
}

// reading makes a line that breaks while a file is read the fault of its source.
type reading struct{ r io.Reader }

// Read implements io.Reader.
func (r reading) Read(p []byte) (int, error) {
	n, err := r.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = unfetched(err)
	}
	return n, err
}

// sendError says what follows from a failure: whoever sent the file cannot
// mend it, so what will never be kept is given up at once.
func sendError(err error) *delivery.SendError {
	if e, ok := errors.AsType[*delivery.SendError](err); ok {
		return e
	}
	if e, ok := errors.AsType[*FetchError](err); ok {
		reason := string(e.Reason)
		if e.Status != 0 {
			reason += "-" + strconv.Itoa(e.Status)
		}
		if e.Permanent() {
			return gone(reason, e)
		}
		return &delivery.SendError{Kind: delivery.Retry, Reason: reason, Err: e}
	}
	switch {
	case errors.Is(err, ErrTooLarge):
		return gone(string(TooLarge), err)
	case errors.Is(err, ErrType):
		return gone(string(BadType), err)
	case errors.Is(err, ErrKey):
		return gone(reasonErrand, err)
	case errors.Is(err, ErrFull):
		return &delivery.SendError{Kind: delivery.Throttled, After: roomWait, Reason: reasonNoRoom, Err: err}
	}
	return &delivery.SendError{Kind: delivery.Retry, Reason: reasonFolder, Err: err}
}

func gone(reason string, err error) *delivery.SendError {
	return &delivery.SendError{Kind: delivery.Gone, Reason: reason, Err: err}
}
