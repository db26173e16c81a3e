package app_test

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"image"
	"image/png"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalobot/zbfake"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/exchange"
	"github.com/doithoai/doithoai/internal/media"
	"github.com/doithoai/doithoai/internal/record"
	"github.com/doithoai/doithoai/internal/store/boltstore"
)

// mirror sends back what comes with a message, by its key, as an officer's
// picture would go out.
type mirror struct {
	mu   sync.Mutex
	keys []string
}

// Decide implements [exchange.Decider].
func (m *mirror) Decide(s exchange.Situation) exchange.Outcome {
	m.mu.Lock()
	defer m.mu.Unlock()
	r := bot.Reply{Kind: bot.ReplyPerson, Text: "đã nhận"}
	for _, a := range s.Message.Attachments {
		if a.Key != "" {
			m.keys = append(m.keys, a.Key)
			r.Attachments = append(r.Attachments, bot.Attachment{Kind: a.Kind, Key: a.Key, Text: "không lấy được tệp"})
		}
	}
	return exchange.Outcome{Step: bot.Step{Conversation: s.Conversation, Replies: []bot.Reply{r}}}
}

// key is the one key that was given, however often it was decided.
// Mentions implements [exchange.Decider].
func (m *mirror) Mentions(exchange.Situation) []string { return nil }

func (m *mirror) key(t *testing.T) string {
	t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range m.keys {
		if k != m.keys[0] {
			t.Fatalf("keys %q, want one", m.keys)
		}
	}
	if len(m.keys) == 0 {
		t.Fatal("no key was given")
	}
	return m.keys[0]
}

// files is a server that stands for every host there is.
type files struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string // hosts and paths
}

func newFiles(t *testing.T, serve http.HandlerFunc) *files {
	t.Helper()
	f := &files{}
	f.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.mu.Lock()
		f.asked = append(f.asked, r.Host+r.URL.Path)
		f.mu.Unlock()
		serve(w, r)
	}))
	t.Cleanup(f.Close)
	return f
}

// how leads every line to f, as if it were out in the world.
func (f *files) how() media.FetchConfig {
	return everywhere(f.Listener.Addr().String(), f.Certificate())
}

// everywhere leads every line to one address.
func everywhere(address string, certificate *x509.Certificate) media.FetchConfig {
	pool := x509.NewCertPool()
	pool.AddCert(certificate)
	return media.FetchConfig{
		Resolver: world{}, TLS: &tls.Config{RootCAs: pool, ServerName: "example.com", MinVersion: tls.VersionTLS12},
		Dial: func(ctx context.Context, network, _ string) (net.Conn, error) {
			var d net.Dialer
			return d.DialContext(ctx, network, address)
		},
	}
}

func (f *files) requests() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]string(nil), f.asked...)
}

// sheet is a log that can be read while it is written.
type sheet struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *sheet) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *sheet) says(words string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Contains(s.text.String(), words)
}

// world finds every host at one public address.
type world struct{}

func (world) LookupNetIP(context.Context, string, string) ([]netip.Addr, error) {
	return []netip.Addr{netip.MustParseAddr("123.30.1.7")}, nil
}

var thePhoto = []byte("\xff\xd8\xff\xe0 a picture")

// copies returns the copies in a data folder, by key.
func copies(t *testing.T, data string) map[string][]byte {
	t.Helper()
	names, err := filepath.Glob(filepath.Join(data, "media", "??", "*"))
	if err != nil {
		t.Fatal(err)
	}
	found := map[string][]byte{}
	for _, name := range names {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		key, _, ok := strings.Cut(filepath.Base(name), "-")
		if _, twice := found[key]; !ok || twice {
			t.Fatalf("files %q", names)
		}
		found[key] = content
	}
	return found
}

func eventually(t *testing.T, what string, good func() bool) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for !good() {
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain: %s", what)
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// dead are the reasons of dead letters in a data folder of a program that ended.
func dead(t *testing.T, data string) (reasons []string) {
	t.Helper()
	store, err := boltstore.Open(filepath.Join(data, "doithoai.db"), boltstore.Options{SweepEvery: -1})
	if err != nil {
		t.Fatal(err)
	}
	err = store.Dead(t.Context(), func(d record.Dead) error {
		reasons = append(reasons, record.Lane(d.Delivery.Chat)+" "+d.Reason)
		return nil
	})
	if err := errors.Join(err, store.Close()); err != nil {
		t.Fatal(err)
	}
	return reasons
}

func telegramSettings(t *testing.T, data string, fake *tgfake.Server, more ...string) *config.Config {
	t.Helper()
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	return settings(t, data, append([]string{"DOITHOAI_TELEGRAM_TOKEN=" + botToken, "DOITHOAI_TELEGRAM_API=" + api.URL}, more...)...)
}

// A photo that somebody sends over Telegram is fetched once, however often the
// update comes, lies under its key, can be sent on, and nothing of it is logged.
func TestAPhotoOverTelegram(t *testing.T) {
	t.Parallel()
	data, fake, decider := t.TempDir(), tgfake.New(tgfake.Options{Token: botToken}), &mirror{}
	var log bytes.Buffer
	r := startWith(t, telegramSettings(t, data, fake), &log, app.Options{Decider: decider})
	person := fake.Person("Sáu")
	person.Photo("")
	got, err := person.Next(within(t))
	if err != nil || len(got.Photo) == 0 {
		t.Fatalf("got %+v, %v; want the photo back", got, err)
	}
	for range 2 {
		fake.Redeliver()
		eventually(t, "the update is taken again", func() bool { return fake.Waiting() == 0 })
	}
	person.Type("còn đó không")
	for got.Text == "" {
		if got, err = person.Next(within(t)); err != nil {
			t.Fatal(err)
		}
	}
	r.stop() // from here on nobody writes to log
	key := decider.key(t)
	if kept := copies(t, data); len(kept) != 1 || !bytes.Equal(kept[key], thePhoto) {
		t.Errorf("kept %d copies, %q under the key", len(kept), kept[key])
	}
	if n := len(fake.Calls("getFile")); n != 1 {
		t.Errorf("asked for the file %d times, want once", n)
	}
	for _, secret := range []string{strings.TrimPrefix(botToken, "123456:"), key, "FILE-"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if reasons := dead(t, data); len(reasons) > 0 {
		t.Errorf("dead letters %q", reasons)
	}
}

// What Telegram does not give out becomes a dead letter with its reason, and
// the officer reads so in place of it.
func TestAFileThatTelegramDoesNotGiveOut(t *testing.T) {
	t.Parallel()
	data, fake := t.TempDir(), tgfake.New(tgfake.Options{Token: botToken})
	fake.Fail("getFile", 1, tgfake.Fault{Code: 400, Description: "Bad Request: file is too big"})
	log := &sheet{}
	r := startWith(t, telegramSettings(t, data, fake), log, app.Options{Decider: &mirror{}})
	fake.Person("Sáu").Photo("")
	eventually(t, "the fetch is given up", func() bool { return log.says("message given up") })
	r.stop()
	if got := dead(t, data); len(got) != 1 || got[0] != "media/telegram too-large" {
		t.Errorf("dead letters %q", got)
	}
	if n := len(copies(t, data)); n != 0 {
		t.Errorf("%d copies", n)
	}
}

// «Quên tôi» takes the copies along.
func TestForgettingDeletesCopies(t *testing.T) {
	t.Parallel()
	data, fake := t.TempDir(), tgfake.New(tgfake.Options{Token: botToken})
	start(t, telegramSettings(t, data, fake))
	person := fake.Person("Sáu")
	person.Photo("")
	if got, err := person.Next(within(t)); err != nil || !strings.Contains(got.Text, "đã nhận hình") {
		t.Fatalf("got %+v, %v", got, err)
	}
	eventually(t, "the photo is kept", func() bool { return len(copies(t, data)) == 1 })
	person.Type("/quentoi")
	if got, err := person.Next(within(t)); err != nil || !strings.Contains(got.Text, "đã xóa") {
		t.Fatalf("got %+v, %v", got, err)
	}
	eventually(t, "the photo is deleted", func() bool { return len(copies(t, data)) == 0 })
}

// The same over a Zalo account, whose files lie at addresses; one at a host of
// somebody else's is not even looked for.
func TestFilesOverZaloOA(t *testing.T) {
	t.Parallel()
	data, hook, decider := t.TempDir(), newGate(t), &mirror{}
	hosts := newFiles(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(thePhoto) })
	fake := oafake.New(oafake.Options{})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	log := &sheet{}
	r := startWith(t, zaloSettings(t, data, fake, api.URL), log, app.Options{Decider: decider, Fetch: hosts.how()})
	hook.lead(r.url)
	fake.SetWebhook(hook.url + "/hooks/zalo-oa")
	person := fake.Person()
	if err := person.Send(within(t), "image", "", map[string]any{"url": "https://photo-stal-3.zdn.vn/a/b.jpg"}); err != nil {
		t.Fatal(err)
	}
	if got, err := person.Next(within(t)); err != nil || got.Image == "" {
		t.Fatalf("got %+v, %v; want the picture back", got, err)
	}
	if kept := copies(t, data); len(kept) != 1 || !bytes.Equal(kept[decider.key(t)], thePhoto) {
		t.Errorf("kept %d copies, %q under the key", len(kept), kept[decider.key(t)])
	}
	if err := person.Send(within(t), "image", "", map[string]any{"url": "https://photo.zdn.vn.example.net/a.jpg"}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the fetch is given up", func() bool { return log.says("message given up") })
	r.stop()
	if got := dead(t, data); len(got) != 1 || got[0] != "media/zalo-oa host" {
		t.Errorf("dead letters %q", got)
	}
	if asked := hosts.requests(); len(asked) != 1 || asked[0] != "photo-stal-3.zdn.vn/a/b.jpg" {
		t.Errorf("asked for %q", asked)
	}
}

func zaloSettings(t *testing.T, data string, fake *oafake.Server, api string, more ...string) *config.Config {
	t.Helper()
	o := fake.Options()
	access, refresh := fake.Tokens()
	return settings(t, data, append([]string{"DOITHOAI_ZALO_OA_APP_ID=" + o.AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + o.AppSecret,
		"DOITHOAI_ZALO_OA_OA_SECRET=" + o.OASecret, "DOITHOAI_ZALO_OA_ACCESS_TOKEN=" + access, "DOITHOAI_ZALO_OA_REFRESH_TOKEN=" + refresh,
		"DOITHOAI_ZALO_OA_API=" + api, "DOITHOAI_ZALO_OA_OAUTH=" + api}, more...)...)
}

// The same over a Zalo bot, which fetches what it shows from our address.
func TestAPhotoOverZaloBot(t *testing.T) {
	t.Parallel()
	data, hook, decider := t.TempDir(), newGate(t), &mirror{}
	hosts := newFiles(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(thePhoto) })
	fake := zbfake.New(zbfake.Options{Token: botToken, Fetch: http.DefaultClient})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	r := startWith(t, settings(t, data, "DOITHOAI_ZALO_BOT_TOKEN="+botToken, "DOITHOAI_ZALO_BOT_API="+api.URL, "DOITHOAI_PUBLIC_URL="+hook.url),
		t.Output(), app.Options{Decider: decider, Fetch: hosts.how()})
	hook.lead(r.url)
	person := fake.Person("Sáu")
	person.Photo("")
	got, err := person.Next(within(t))
	if err != nil || got.Type != "image/jpeg" || !bytes.Equal(got.Data, thePhoto) || !strings.HasPrefix(got.Photo, hook.url+"/media/") {
		t.Fatalf("got %+v, %v; want the picture back from our address", got, err)
	}
	if kept := copies(t, data); !bytes.Equal(kept[decider.key(t)], thePhoto) {
		t.Errorf("kept %d copies", len(kept))
	}
}

// A copy that is long in coming is waited for, and one that never comes is told in
// words: neither holds up the chat for ever.
func TestAMessageWaitsForItsPicture(t *testing.T) {
	t.Parallel()
	data, fake := t.TempDir(), tgfake.New(tgfake.Options{Token: botToken})
	fake.Fail("getFile", 2, tgfake.Fault{Code: 500, Description: "Internal Server Error"})
	start := startWith(t, telegramSettings(t, data, fake), t.Output(), app.Options{Decider: &mirror{}})
	person := fake.Person("Sáu")
	person.Photo("")
	got, err := person.Next(within(t))
	if err != nil || len(got.Photo) == 0 || got.Caption == "" {
		t.Errorf("got %+v, %v; want the photo with its words", got, err)
	}
	start.stop()
	if n := len(fake.Calls("getFile")); n < 3 {
		t.Errorf("asked for the file %d times, want until it was there", n)
	}
}

// answered is a question that the sample base answers at once.
const answered = "Hộ nghèo có phải mua thẻ bảo hiểm không?"

// pictured is a copy of the sample base with a picture on the entry that the
// question of these tests is answered from.
func pictured(t *testing.T) (folder string, picture []byte) {
	t.Helper()
	var drawn bytes.Buffer
	if err := png.Encode(&drawn, image.NewGray(image.Rect(0, 0, 40, 20))); err != nil {
		t.Fatal(err)
	}
	folder = ownCopy(t)
	entry := filepath.Join(folder, "bao-hiem-y-te", "bhyt-ho-ngheo.yaml")
	text, err := os.ReadFile(entry)
	if err != nil {
		t.Fatal(err)
	}
	write(t, entry, strings.TrimRight(string(text), "\n")+"\nhình: the.png · Mẫu thẻ\n")
	write(t, filepath.Join(folder, "bao-hiem-y-te", "the.png"), drawn.String())
	return folder, drawn.Bytes()
}

// The picture of an entry arrives with its answer, once, on every channel.
func TestPictureOfAnEntry(t *testing.T) {
	t.Parallel()
	folder, picture := pictured(t)
	t.Run("telegram", func(t *testing.T) {
		t.Parallel()
		fake := tgfake.New(tgfake.Options{Token: botToken})
		start(t, telegramSettings(t, t.TempDir(), fake, "DOITHOAI_KNOWLEDGE="+folder))
		person := fake.Person("Sáu")
		person.Type(answered)
		got, err := person.Next(within(t))
		if err != nil || len(got.Photo) == 0 || got.Caption != "Mẫu thẻ" || got.Photo[len(got.Photo)-1].Size != int64(len(picture)) {
			t.Fatalf("got %+v, %v", got, err)
		}
		if got, err = person.Next(within(t)); err != nil || !strings.HasPrefix(got.Text, "Hộ nghèo được") {
			t.Errorf("after the picture got %+v, %v", got, err)
		}
	})
	t.Run("zalo oa", func(t *testing.T) {
		t.Parallel()
		hook, fake := newGate(t), oafake.New(oafake.Options{})
		api := httptest.NewServer(fake)
		t.Cleanup(func() { fake.Close(); api.Close() })
		r := start(t, zaloSettings(t, t.TempDir(), fake, api.URL, "DOITHOAI_KNOWLEDGE="+folder))
		hook.lead(r.url)
		fake.SetWebhook(hook.url + "/hooks/zalo-oa")
		for _, person := range []*oafake.Person{fake.Person(), fake.Person()} {
			if err := person.Type(within(t), answered); err != nil {
				t.Fatal(err)
			}
			if got, err := person.Next(within(t)); err != nil || got.Image == "" {
				t.Fatalf("got %+v, %v", got, err)
			}
			if got, err := person.Next(within(t)); err != nil || !strings.HasPrefix(got.Text, "Hộ nghèo được") {
				t.Errorf("after the picture got %+v, %v", got, err)
			}
		}
		if n := fake.Uploads(); n != 1 {
			t.Errorf("%d uploads for two people, want one", n)
		}
	})
	t.Run("zalo bot", func(t *testing.T) {
		t.Parallel()
		hook := newGate(t)
		fake := zbfake.New(zbfake.Options{Token: botToken, Fetch: http.DefaultClient})
		api := httptest.NewServer(fake)
		t.Cleanup(func() { fake.Close(); api.Close() })
		r := start(t, settings(t, t.TempDir(), "DOITHOAI_ZALO_BOT_TOKEN="+botToken, "DOITHOAI_ZALO_BOT_API="+api.URL,
			"DOITHOAI_PUBLIC_URL="+hook.url, "DOITHOAI_KNOWLEDGE="+folder))
		hook.lead(r.url)
		person := fake.Person("Sáu")
		person.Type(answered)
		if got, err := person.Next(within(t)); err != nil || got.Type != "image/png" || !bytes.Equal(got.Data, picture) || got.Caption != "Mẫu thẻ" {
			t.Fatalf("got %+v, %v", got, err)
		}
	})
	t.Run("zalo bot without an address", func(t *testing.T) {
		t.Parallel()
		fake := zbfake.New(zbfake.Options{Token: botToken})
		api := httptest.NewServer(fake)
		t.Cleanup(func() { fake.Close(); api.Close() })
		start(t, settings(t, t.TempDir(), "DOITHOAI_ZALO_BOT_TOKEN="+botToken, "DOITHOAI_ZALO_BOT_API="+api.URL, "DOITHOAI_KNOWLEDGE="+folder))
		person := fake.Person("Sáu")
		person.Type(answered)
		if got, err := person.Next(within(t)); err != nil || got.Text != "Mẫu thẻ" {
			t.Fatalf("got %+v, %v; want its words", got, err)
		}
	})
	t.Run("web", func(t *testing.T) {
		t.Parallel()
		r := start(t, settings(t, t.TempDir(), "DOITHOAI_KNOWLEDGE="+folder))
		who := visit(t, r.url)
		who.say("1", answered)
		var answer struct {
			Replies []struct {
				Shows []struct{ As, Address, Text string }
			}
		}
		getJSON(t, who.http, r.url+"/chat/replies?wait=5", &answer)
		if len(answer.Replies) == 0 || len(answer.Replies[0].Shows) != 1 {
			t.Fatalf("got %+v", answer)
		}
		shown := answer.Replies[0].Shows[0]
		if shown.As != "image" || shown.Text != "Mẫu thẻ" || !regexp.MustCompile(`^media/[^/]+/[^/]+/[0-9a-f]{32}\.png$`).MatchString(shown.Address) {
			t.Fatalf("shows %+v", shown)
		}
		for address, want := range map[string]int{shown.Address: http.StatusOK, shown.Address[:len(shown.Address)-5] + "0.png": http.StatusNotFound} {
			body, status := get(t, r.url+"/"+address)
			if status != want || status == http.StatusOK && !bytes.Equal(body, picture) {
				t.Errorf("GET %s: %d, %d bytes; want %d", address, status, len(body), want)
			}
		}
	})
}

func get(t *testing.T, address string) (body []byte, status int) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return body, response.StatusCode
}

// The folder is the operator's to choose, for several programs to share.
func TestMediaFolder(t *testing.T) {
	t.Parallel()
	shared, fake := filepath.Join(t.TempDir(), "chung", "media"), tgfake.New(tgfake.Options{Token: botToken})
	start(t, telegramSettings(t, t.TempDir(), fake, "DOITHOAI_MEDIA="+shared))
	fake.Person("Sáu").Photo("")
	eventually(t, "the photo is kept", func() bool { return len(copies(t, filepath.Dir(shared))) == 1 })

	file := filepath.Join(t.TempDir(), "tep")
	write(t, file, "x")
	_, err := app.New(t.Context(), settings(t, t.TempDir(), "DOITHOAI_MEDIA="+file), "test", slog.New(slog.DiscardHandler), app.Options{})
	if problem, ok := errors.AsType[*app.Problem](err); !ok || !strings.Contains(problem.Error(), "DOITHOAI_MEDIA") {
		t.Errorf("got %v, want a problem with the folder", err)
	}
}

// sends answers everything with a copy.
type sends string

// Mentions implements [exchange.Decider].
func (s sends) Mentions(exchange.Situation) []string { return nil }

// Decide implements [exchange.Decider].
func (s sends) Decide(exchange.Situation) exchange.Outcome {
	return exchange.Outcome{Step: bot.Step{Replies: []bot.Reply{{Kind: bot.ReplyPerson, Text: "Dạ", Attachments: []bot.Attachment{{Kind: bot.AttachPhoto, Key: string(s)}}}}}}
}

// A page too gets a message only once its picture is there: what it has
// acknowledged does not come again.
func TestAPageWaitsForAPicture(t *testing.T) {
	t.Parallel()
	const key = "a0000000000000000000000000000001"
	data := t.TempDir()
	r := startWith(t, settings(t, data), t.Output(), app.Options{Decider: sends(key)})
	who := visit(t, r.url)
	who.say("1", "x")
	type answer struct {
		Replies []struct{ Shows []struct{ As string } }
	}
	var early, late answer
	getJSON(t, who.http, r.url+"/chat/replies?wait=0", &early)
	if len(early.Replies) != 0 {
		t.Errorf("got %+v before the picture was there", early)
	}
	disk, err := media.OpenDisk(filepath.Join(data, "media"), media.DiskConfig{}) // as another program that shares the folder
	if err != nil {
		t.Fatal(err)
	}
	if _, err := disk.Put(t.Context(), key, bytes.NewReader(thePhoto)); err != nil {
		t.Fatal(err)
	}
	getJSON(t, who.http, r.url+"/chat/replies?wait=20", &late)
	if len(late.Replies) != 1 || len(late.Replies[0].Shows) != 1 || late.Replies[0].Shows[0].As != "image" {
		t.Errorf("got %+v, want the picture", late)
	}
}
