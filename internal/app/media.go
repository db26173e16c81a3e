package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/zalobot"
	"github.com/doithoai/doithoai/bot/zalooa"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/delivery"
	"github.com/doithoai/doithoai/internal/media"
	"github.com/doithoai/doithoai/internal/record"
)

// mediaPath is where copies are served, to whoever has a signed address.
const mediaPath = "/media"

// mediaFolder is where copies lie. Several programs over one store share it.
func mediaFolder(settings *config.Config) string {
	if settings.Media != "" {
		return settings.Media
	}
	return filepath.Join(settings.Data, "media")
}

func mediaProblem(dir string, err error) error {
	return &Problem{
		What: "Không đọc ghi được thư mục giữ hình, ghi âm " + dir,
		Cure: "Cho tài khoản chạy chương trình quyền ghi vào đó, hoặc đặt media (biến DOITHOAI_MEDIA) thành thư mục khác",
		Err:  err,
	}
}

// shelf is all that can be sent besides text: the pictures of the knowledge base
// in use, and our copies of what people sent.
type shelf struct {
	picture func(key string) ([]byte, bool)
	copies  *media.Disk
}

var _ media.Reader = (*shelf)(nil)

// Open implements [media.Reader].
func (s *shelf) Open(ctx context.Context, key string) (io.ReadSeekCloser, media.Info, error) {
	if data, info, ok := s.ofBase(key); ok {
		return inMemory{bytes.NewReader(data)}, info, nil
	}
	return s.copies.Open(ctx, key)
}

// Stat implements [media.Reader].
func (s *shelf) Stat(ctx context.Context, key string) (media.Info, error) {
	if _, info, ok := s.ofBase(key); ok {
		return info, nil
	}
	return s.copies.Stat(ctx, key)
}

func (s *shelf) ofBase(key string) ([]byte, media.Info, bool) {
	data, ok := s.picture(key)
	if !ok {
		return nil, media.Info{}, false
	}
	kind, ok := media.Sniff(data)
	return data, media.Info{Type: kind.Type, Ext: kind.Ext, Size: int64(len(data)), Until: time.Now().Add(media.KeepMost)}, ok
}

type inMemory struct{ *bytes.Reader }

// Close implements io.Closer.
func (inMemory) Close() error { return nil }

// telegramMedia is the shelf as Telegram's channel asks for it.
type telegramMedia struct{ shelf *shelf }

// Open implements [telegram.Media].
func (m telegramMedia) Open(ctx context.Context, key string) (io.ReadCloser, telegram.Info, error) {
	r, info, err := m.shelf.Open(ctx, key)
	if err != nil {
		return nil, telegram.Info{}, err
	}
	return r, telegram.Info{Name: "tep." + info.Ext, Type: info.Type, Size: info.Size}, nil
}

// zaloMedia is the shelf as the channel of a Zalo account asks for it.
type zaloMedia struct{ shelf *shelf }

// Open implements [zalooa.Media].
func (m zaloMedia) Open(ctx context.Context, key string) (io.ReadCloser, error) {
	r, _, err := m.shelf.Open(ctx, key)
	return r, err
}

// openMedia opens the copies, and serves them to our own page and to platforms
// that fetch what they show.
func (a *App) openMedia(settings *config.Config, log *slog.Logger) error {
	folder := mediaFolder(settings)
	copies, err := media.OpenDisk(folder, media.DiskConfig{Log: log})
	if err != nil {
		return mediaProblem(folder, err)
	}
	a.shelf = &shelf{picture: a.library.picture, copies: copies}
	a.media, err = a.publish(mediaPath)
	if err == nil && settings.PublicURL != "" {
		a.published, err = a.publish(settings.PublicURL + mediaPath)
	}
	a.addLoop("media", copies.Run)
	return err
}

func (a *App) publish(base string) (*media.Public, error) {
	return media.NewPublic(media.PublicConfig{Store: a.shelf, Base: base, Key: a.store.Key("public media")})
}

// serveMedia serves what both make addresses of: they sign with one key.
func (a *App) serveMedia(mux *http.ServeMux) { mux.Handle("GET "+mediaPath+"/", a.media) }

// filesOf gets what lies at addresses of hosts that a channel trusts.
func filesOf(hosts []string, how media.FetchConfig) (media.Source, error) {
	how.Hosts = hosts
	f, err := media.NewFetcher(how)
	if err != nil {
		return nil, err
	}
	return media.FromWeb(f), nil
}

// errandWorkers is how many files of one channel are fetched at once.
const errandWorkers = 4

// errandLanes are the lanes in which copies are looked after, one for each
// channel that files come over; also for channels that are not served now, whose
// copies may still have to be deleted.
func (a *App) errandLanes(channels []Channel) []delivery.LaneConfig {
	sources := map[string]media.Source{telegram.Name: nil, zalooa.Name: nil, zalobot.Name: nil}
	for _, c := range channels {
		sources[channelOf(c.Lane.Lane)] = c.Files
	}
	var lanes []delivery.LaneConfig
	for name, source := range sources {
		lanes = append(lanes, delivery.LaneConfig{
			Lane:   record.Lane(bot.ChatID{Channel: bot.MediaChannel, Bot: name}),
			Sender: media.NewErrands(a.shelf.copies, source), Workers: errandWorkers,
		})
	}
	return lanes
}

// channelOf is the channel of a lane, see [record.Lane].
func channelOf(lane string) string {
	name, _, _ := strings.Cut(lane, "/")
	return name
}

// How long a message waits for a copy that is not there yet: a fetch takes a
// second or two, and whoever waits for the message must not wait for ever.
const (
	comingFor   = 2 * time.Minute
	comingLeast = time.Second
)

// coming tells how long to wait before d is sent: what belongs to it is still
// being fetched, as far as anybody can know. Zero is not to wait.
func (s *shelf) coming(ctx context.Context, d record.Delivery) time.Duration {
	age := time.Since(d.At)
	if age >= comingFor {
		return 0
	}
	for _, a := range d.Reply.Attachments {
		if a.Key == "" {
			continue
		}
		if _, err := s.Stat(ctx, a.Key); errors.Is(err, fs.ErrNotExist) {
			return max(age, comingLeast) // twice as old the next time
		}
	}
	return 0
}

// patient sends a message once what belongs to it is there, or was waited for in vain.
type patient struct {
	delivery.Sender
	shelf *shelf
}

// Send implements [delivery.Sender].
func (p patient) Send(ctx context.Context, d record.Delivery) (delivery.Progress, error) {
	if wait := p.shelf.coming(ctx, d); wait > 0 {
		return delivery.Progress{}, &delivery.SendError{Kind: delivery.Throttled, After: wait, Reason: "media-coming"}
	}
	return p.Sender.Send(ctx, d)
}

// patientPull does the same for chats that fetch: what is behind waits too.
type patientPull struct {
	*delivery.Pull
	shelf *shelf
}

// Pending returns what may be shown now.
func (p patientPull) Pending(ctx context.Context, chat bot.ChatID) ([]record.Delivery, error) {
	all, err := p.Pull.Pending(ctx, chat)
	for i, d := range all {
		if wait := p.shelf.coming(ctx, d); wait > 0 {
			time.AfterFunc(wait, func() { p.Wake(chat) }) // else it would be looked at with the next heartbeat
			return all[:i], err
		}
	}
	return all, err
}

var (
	_ telegram.Media = telegramMedia{}
	_ zalooa.Media   = zaloMedia{}
)
