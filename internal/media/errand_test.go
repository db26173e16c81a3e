package media_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
	"testing/iotest"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/media"
	"github.com/doithoai/doithoai/internal/record"
)

// platform is a Source that answers with one thing.
type platform struct {
	r     io.Reader
	err   error
	asked int
}

func (p *platform) Fetch(context.Context, string) (io.ReadCloser, error) {
	p.asked++
	if p.err != nil {
		return nil, p.err
	}
	return io.NopCloser(p.r), nil
}

// errand is what a letter queues in the chat of its copy.
func errand(l bot.Letter, at time.Time) record.Delivery {
	return record.Delivery{Chat: l.To, Reply: l.Replies[0], At: at}
}

func fetchOf(key string) bot.Letter {
	return bot.FetchMedia("telegram", bot.Attachment{Kind: bot.AttachPhoto, Key: key, Source: "FILE-7"})
}

func TestErrands(t *testing.T) {
	t.Parallel()
	s, key := newShelf(t, media.DiskConfig{}), newKey()
	from := &platform{r: bytes.NewReader(jpeg())}
	run := func(what string, l bot.Letter) {
		t.Helper()
		if p, err := media.NewErrands(s, from).Send(t.Context(), errand(l, s.clock.Now())); err != nil || p.More {
			t.Fatalf("%s: %+v, %v", what, p, err)
		}
	}
	run("fetch", fetchOf(key))
	run("fetch again", fetchOf(key)) // it was not told that it is done
	if !s.there(key) || from.asked != 1 || len(s.files()) != 1 {
		t.Fatalf("asked %d times, files %v", from.asked, s.files())
	}
	run("keep", bot.KeepMedia("telegram", key))
	info, err := s.Stat(t.Context(), key)
	if want := s.clock.Now().Add(media.KeepMost); err != nil || !info.Until.Equal(want) {
		t.Errorf("kept until %v, %v; want %v", info.Until, err, want)
	}
	run("drop", bot.DropMedia("telegram", key))
	run("drop again", bot.DropMedia("telegram", key))
	if s.there(key) || len(s.files()) != 0 {
		t.Errorf("left %v", s.files())
	}
}

// What can never be had is told from what may come, and each has a short reason.
func TestErrandsThatFail(t *testing.T) {
	t.Parallel()
	told := &delivery.SendError{Kind: delivery.Throttled, After: time.Minute, Reason: "too-many"}
	large := append(jpeg(), make([]byte, media.MaxSize)...)
	key := newKey()
	for name, test := range map[string]struct {
		from   media.Source
		letter bot.Letter
		kind   delivery.Kind
		reason string
	}{
		"nobody fetches":       {nil, fetchOf(key), delivery.Gone, "no-source"},
		"the platform tells":   {&platform{err: told}, fetchOf(key), delivery.Throttled, "too-many"},
		"host not on list":     {&platform{err: &media.FetchError{Reason: media.BadHost}}, fetchOf(key), delivery.Gone, "host"},
		"not there":            {&platform{err: &media.FetchError{Reason: media.BadStatus, Status: http.StatusNotFound}}, fetchOf(key), delivery.Gone, "status-404"},
		"server in trouble":    {&platform{err: &media.FetchError{Reason: media.BadStatus, Status: http.StatusBadGateway}}, fetchOf(key), delivery.Retry, "status-502"},
		"something unheard of": {&platform{err: errors.New("odd")}, fetchOf(key), delivery.Retry, "unreachable"},
		"too slow":             {&platform{err: context.DeadlineExceeded}, fetchOf(key), delivery.Retry, "too-slow"},
		"line breaks":          {&platform{r: io.MultiReader(bytes.NewReader(jpeg()), iotest.ErrReader(errors.New("reset")))}, fetchOf(key), delivery.Retry, "unreachable"},
		"too large":            {&platform{r: bytes.NewReader(large)}, fetchOf(key), delivery.Gone, "too-large"},
		"a page":               {&platform{r: bytes.NewReader([]byte("<html>"))}, fetchOf(key), delivery.Gone, "type"},
		"nothing to keep":      {nil, bot.KeepMedia("telegram", key), delivery.Gone, "no-copy"},
		"no errand":            {nil, bot.Letter{To: fetchOf(key).To, Replies: []bot.Reply{{Kind: bot.ReplyAnswer, Attachments: fetchOf(key).Replies[0].Attachments}}}, delivery.Gone, "errand"},
		"another's copy":       {nil, bot.Letter{To: fetchOf(newKey()).To, Replies: fetchOf(key).Replies}, delivery.Gone, "errand"},
		"no key":               {&platform{r: bytes.NewReader(jpeg())}, fetchOf("x"), delivery.Gone, "errand"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShelf(t, media.DiskConfig{})
			_, err := media.NewErrands(s, test.from).Send(t.Context(), errand(test.letter, s.clock.Now()))
			fail, ok := errors.AsType[*delivery.SendError](err)
			if !ok || fail.Kind != test.kind || fail.Reason != test.reason {
				t.Errorf("got %v, want %v (%s)", err, test.kind, test.reason)
			}
			if len(s.files()) != 0 {
				t.Errorf("left %v", s.files())
			}
		})
	}
}

// What the platform says is too large is not even asked for.
func TestErrandsDoNotLoadInVain(t *testing.T) {
	t.Parallel()
	s, from := newShelf(t, media.DiskConfig{}), &platform{r: bytes.NewReader(jpeg())}
	l := bot.FetchMedia("telegram", bot.Attachment{Key: newKey(), Source: "FILE-7", Size: media.MaxSize + 1})
	_, err := media.NewErrands(s, from).Send(t.Context(), errand(l, s.clock.Now()))
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Reason != "too-large" || from.asked != 0 {
		t.Errorf("got %v after asking %d times", err, from.asked)
	}
}

// A folder that is full is no reason to give up: sweeping makes room.
func TestErrandsWaitForRoom(t *testing.T) {
	t.Parallel()
	s := newShelf(t, media.DiskConfig{Total: 1})
	_, err := media.NewErrands(s, &platform{r: bytes.NewReader(jpeg())}).Send(t.Context(), errand(fetchOf(newKey()), s.clock.Now()))
	if fail, ok := errors.AsType[*delivery.SendError](err); !ok || fail.Kind != delivery.Throttled || fail.Lane || fail.Reason != "no-room" {
		t.Errorf("got %v, want a wait of this copy alone", err)
	}
}
