package app_test

import (
	"bufio"
	"bytes"
	"context"
	"crypto/x509"
	"encoding/base64"
	"flag"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
	"github.com/doithoai/doithoai/bot/zalooa/oafake"
	"github.com/doithoai/doithoai/internal/app"
	"github.com/doithoai/doithoai/internal/config"
	"github.com/doithoai/doithoai/internal/desks/desktest"
	"github.com/doithoai/doithoai/internal/store/redistest"
)

// What makes the test binary be the program, with settings from variables as
// ever, so that it can be killed: the first is the file of settings, the second
// where files are got and what proves who is there.
const (
	asProgram = "RUN_AS_DOITHOAI"
	filesAt   = "RUN_WITH_FILES"
)

func TestMain(m *testing.M) {
	if file := os.Getenv(asProgram); file != "" {
		if err := serveAlone(file); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// serveAlone is the program until it is killed. It prints where it listens.
func serveAlone(file string) error {
	c, err := config.Load(file, os.Environ())
	if err != nil {
		return err
	}
	var options app.Options
	if address, proof, ok := strings.Cut(os.Getenv(filesAt), " "); ok {
		der, err := base64.StdEncoding.DecodeString(proof)
		if err != nil {
			return err
		}
		certificate, err := x509.ParseCertificate(der)
		if err != nil {
			return err
		}
		options.Fetch = everywhere(address, certificate)
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
	a, err := app.New(context.Background(), c, "test", log, options)
	if err != nil {
		return err
	}
	fmt.Println("http://" + a.Addr().String())
	return a.Run(context.Background())
}

// victim is the program as a process of its own that is killed again and again.
type victim struct {
	t       *testing.T
	environ []string
	gate    *gate
	cmd     *exec.Cmd
	log     bytes.Buffer // to be read after the end only
}

func (v *victim) start() {
	v.t.Helper()
	self, err := os.Executable()
	if err != nil {
		v.t.Fatal(err)
	}
	v.log.Reset()
	v.cmd = exec.CommandContext(v.t.Context(), self)
	v.cmd.Env = slices.Concat(os.Environ(), v.environ)
	v.cmd.Stderr = &v.log
	out, err := v.cmd.StdoutPipe()
	if err != nil {
		v.t.Fatal(err)
	}
	if err := v.cmd.Start(); err != nil {
		v.t.Fatal(err)
	}
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		_ = v.cmd.Wait()
		v.t.Fatalf("no address: %v; stderr: %s", err, v.log.String())
	}
	v.gate.lead(strings.TrimSpace(address))
}

// kill ends the program at once, whatever it is doing.
func (v *victim) kill() {
	_ = v.cmd.Process.Kill()
	_ = v.cmd.Wait() // it was killed
}

// party is somebody on a platform, a resident or an officer.
type party struct {
	name  string
	chat  string // as the file of officers names it
	write func(text string)
	photo func(caption string)
	press func(label string)
	next  func(context.Context) (seen, error)
	// screen is all that can be read there now.
	screen func() string
	heard  []seen // all that came, in order
}

// seen is a message as it is seen, wherever it is.
type seen struct {
	text  string
	photo bool
}

// telegramSide returns a way to make people on a Telegram, and its settings.
func telegramSide(t *testing.T, hook *gate) (environ []string, person func(name string) *party) {
	t.Helper()
	fake := tgfake.New(tgfake.Options{Token: botToken})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	environ = []string{
		"DOITHOAI_TELEGRAM_TOKEN=" + botToken, "DOITHOAI_TELEGRAM_API=" + api.URL, "DOITHOAI_TELEGRAM_MODE=webhook",
		"DOITHOAI_TELEGRAM_SECRET=0123456789abcdef", "DOITHOAI_PUBLIC_URL=" + hook.url,
	}
	taken := func() { eventually(t, "the update is acknowledged", func() bool { return fake.Waiting() == 0 }) }
	return environ, func(name string) *party {
		p := fake.Person(name)
		return &party{
			name: name, chat: "telegram:" + p.ID(),
			write: func(text string) { p.Type(text); taken() },
			photo: func(caption string) { p.Photo(caption); taken() },
			press: func(label string) {
				if err := p.Press(label); err != nil {
					t.Errorf("%s: %s: %v", name, label, err)
				}
				taken()
			},
			next: func(ctx context.Context) (seen, error) {
				m, err := p.Next(ctx)
				return seen{m.Text + m.Caption, len(m.Photo) > 0}, err
			},
			screen: func() string {
				var all []string
				for _, m := range p.Screen() {
					all = append(all, m.Text+m.Caption)
				}
				return strings.Join(all, "\n")
			},
		}
	}
}

// zaloSide is the same on Zalo, where an officer types numbers.
func zaloSide(t *testing.T, hook *gate) (environ []string, person func(name string) *party) {
	t.Helper()
	fake := oafake.New(oafake.Options{})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	fake.SetWebhook(hook.url + zaloHook)
	hosts := newFiles(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(thePhoto) })
	o := fake.Options()
	access, refresh := fake.Tokens()
	environ = []string{
		"DOITHOAI_ZALO_OA_APP_ID=" + o.AppID, "DOITHOAI_ZALO_OA_APP_SECRET=" + o.AppSecret, "DOITHOAI_ZALO_OA_OA_SECRET=" + o.OASecret,
		"DOITHOAI_ZALO_OA_ACCESS_TOKEN=" + access, "DOITHOAI_ZALO_OA_REFRESH_TOKEN=" + refresh,
		"DOITHOAI_ZALO_OA_API=" + api.URL, "DOITHOAI_ZALO_OA_OAUTH=" + api.URL,
		filesAt + "=" + hosts.Listener.Addr().String() + " " + base64.StdEncoding.EncodeToString(hosts.Certificate().Raw),
	}
	return environ, func(name string) *party {
		p := fake.Person()
		must := func(err error) {
			if err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		return &party{
			name: name, chat: "zalo-oa:" + p.ID,
			write: func(text string) { must(p.Type(t.Context(), text)) },
			photo: func(caption string) {
				must(p.Send(t.Context(), "image", caption, map[string]any{"url": "https://photo-stal-3.zdn.vn/a/b.jpg"}))
			},
			press: func(label string) {
				for _, m := range slices.Backward(p.Seen()) {
					if i := slices.IndexFunc(m.Buttons, func(b oafake.Button) bool { return b.Title == label }); i >= 0 {
						must(p.Type(t.Context(), fmt.Sprint(i+1)))
						return
					}
				}
				t.Errorf("%s: nothing to choose is called %s", name, label)
			},
			next: func(ctx context.Context) (seen, error) {
				m, err := p.Next(ctx)
				return seen{m.Text, m.Image != ""}, err
			},
			screen: func() string {
				var all []string
				for _, m := range p.Seen() {
					all = append(all, m.Text)
				}
				return strings.Join(all, "\n")
			},
		}
	}
}

const zaloHook = "/hooks/zalo-oa"

// What was under way when the program was killed is only tried again when its
// lease has run out: killed after every step, a case takes minutes.
var reckless = flag.Bool("reckless", false, "play every kind of case, and kill the program after every step, not after some")

// killEvery is after how many steps the program is killed otherwise; each test
// begins with another one.
const killEvery = 11

// TestCasesThroughTheProgram plays a matter from the question that nobody can
// answer to «Rõ rồi», with the whole program as a process of its own: once as it
// is, and once killed after what somebody did, as soon as the platform knows that
// it was taken.
func TestCasesThroughTheProgram(t *testing.T) {
	t.Parallel()
	for i, c := range []struct {
		name  string
		mixed bool
		zalo  bool
		redis bool
	}{
		{name: "telegram"}, {name: "zalo-oa", zalo: true}, {name: "mixed", mixed: true}, {name: "mixed-redis", mixed: true, redis: true},
	} {
		for _, killed := range []bool{false, true} {
			if usual := c.name == "telegram" && !killed || c.redis && killed; !usual && !*reckless {
				continue // a minute each with the race detector: the others are alike
			}
			name := c.name + map[bool]string{true: "-killed"}[killed]
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				m := newMatter(t, c.zalo, c.mixed, c.redis)
				m.killed, m.first = killed, 2*i
				m.play()
			})
		}
	}
}

// matter is one case, its resident and two officers.
type matter struct {
	t             *testing.T
	program       *victim
	killed        bool
	first, steps  int // killed after step first, and so on; steps done
	resident      *party
	lan, hoa      *party // by the file, and by invitation
	winner, loser *party
	invite        func() string
	answers       int
}

func newMatter(t *testing.T, zalo, mixed, redis bool) *matter {
	t.Helper()
	hook := newGate(t)
	m := &matter{t: t}
	data := t.TempDir()
	environ := []string{
		"DOITHOAI_LISTEN=127.0.0.1:0", "DOITHOAI_DATA=" + data, "DOITHOAI_KNOWLEDGE=" + sampleFolder(t), asProgram + "=" + emptyFile(t),
	}
	side := map[bool]func(*testing.T, *gate) ([]string, func(string) *party){false: telegramSide, true: zaloSide}
	more, person := side[zalo](t, hook)
	environ = append(environ, more...)
	m.resident = person("Sáu")
	if mixed {
		more, person = side[!zalo](t, hook)
		environ = append(environ, more...)
	}
	m.lan, m.hoa = person("Lan"), person("Hoa")
	if redis {
		environ = append(environ, "DOITHOAI_REDIS="+redistest.Single(t, redistest.Fsync("always")).URL())
	}
	environ = append(environ, "DOITHOAI_DESKS="+twoAtOneDesk(t, m.lan.chat))
	m.program = &victim{t: t, environ: environ, gate: hook}
	m.program.start()
	t.Cleanup(func() {
		m.program.kill()
		if t.Failed() {
			for _, p := range []*party{m.resident, m.lan, m.hoa} {
				t.Logf("%s:\n%s", p.name, p.screen())
			}
			t.Logf("stderr of the last program: %s", m.program.log.String())
		}
	})
	m.invite = func() string { return invitation(t, settings(t, data, environ...), "hoa") }
	return m
}

// twoAtOneDesk writes the file of officers: Lan with a chat, Hoa to be invited.
func twoAtOneDesk(t *testing.T, lan string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "can_bo.yaml")
	write(t, name, desktest.TwoOfficers(lan))
	return name
}

// invitation is what an operator makes while the program runs.
func invitation(t *testing.T, c *config.Config, officer string) string {
	t.Helper()
	file, _, err := app.LoadDesks(c, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	o, err := app.Operate(t.Context(), c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = o.Close() }()
	directory, err := o.Staff(file)
	if err != nil {
		t.Fatal(err)
	}
	i, err := directory.Invite(t.Context(), officer)
	if err != nil {
		t.Fatal(err)
	}
	return i.Code
}

// step is something that somebody does. The platform knows that it was taken
// when do returns.
func (m *matter) step(do func()) {
	m.t.Helper()
	do()
	m.steps++
	if m.killed && (*reckless || m.steps%killEvery == m.first) {
		m.program.kill()
		m.program.start()
	}
}

// expect reads what comes to somebody until something holds all the words.
func (m *matter) expect(p *party, words ...string) seen {
	m.t.Helper()
	ctx, cancel := context.WithTimeout(m.t.Context(), time.Minute)
	defer cancel()
	from := len(p.heard)
	for {
		s, err := p.next(ctx)
		if err != nil {
			m.t.Fatalf("%s never read %q, but: %+v", p.name, words, p.heard[from:])
		}
		p.heard = append(p.heard, s)
		if !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(s.text, w) }) {
			return s
		}
	}
}

func (m *matter) play() {
	m.register()
	m.open()
	m.race()
	m.answerWithPhoto()
	m.askBack()
	m.unclear()
	m.close()
}

func (m *matter) register() {
	// Not killed before this: a program that dies between Zalo's new tokens and its
	// own store has lost the account, and has to be let in again by a person.
	m.lan.write("việc")
	m.expect(m.lan, "không có việc nào chờ")
	code := m.invite()
	m.step(func() { m.hoa.write(code) })
	m.expect(m.hoa, "Chào Chị Hoa", "Bộ phận tiếp nhận")
}

func (m *matter) open() {
	m.step(func() { m.resident.write("dây điện võng xuống sân") })
	m.expect(m.resident, "muốn hỏi việc nào") // it does not guess, and nothing of this is meant
	m.step(func() { m.resident.write("đường dây điện ngang nhà tôi bị võng xuống sân") })
	m.expect(m.resident, "xã, phường nào")
	m.step(func() { m.resident.write("Tịnh Khê") })
	m.expect(m.resident, "đồng ý gửi không")
	m.step(func() { m.resident.write("đồng ý") })
	m.expect(m.resident, "Mã hồ sơ")
	for _, officer := range []*party{m.lan, m.hoa} {
		m.expect(officer, "chờ người nhận", "đường dây điện")
	}
}

// race lets both press at the same moment: exactly one has it.
func (m *matter) race() {
	m.step(func() {
		var both sync.WaitGroup
		both.Go(func() { m.lan.press("Tôi trả lời") })
		both.Go(func() { m.hoa.press("Tôi trả lời") })
		both.Wait()
	})
	first := m.expect(m.lan, "Hồ sơ", "hị ") // mine, or somebody else's
	for !strings.Contains(first.text, "nay do") && !strings.Contains(first.text, "nhận trước") {
		first = m.expect(m.lan, "Hồ sơ", "hị ")
	}
	m.winner, m.loser = m.lan, m.hoa
	if strings.Contains(first.text, "nhận trước") {
		m.winner, m.loser = m.hoa, m.lan
		m.expect(m.winner, "nay do Chị Hoa")
		return
	}
	m.expect(m.loser, "đã có Chị Lan nhận trước")
}

// send shows what is to go out once more and sends it.
func (m *matter) send(preview string) {
	m.expect(m.winner, "Xem lại", preview)
	m.step(func() { m.winner.press("Gửi") })
}

func (m *matter) answerWithPhoto() {
	m.step(func() { m.winner.photo("Điện lực sẽ đến như trong ảnh.") })
	m.send("Kèm 1 ảnh")
	m.answered("Điện lực sẽ đến như trong ảnh.")
	if !slices.ContainsFunc(m.resident.heard, func(s seen) bool { return s.photo }) {
		m.t.Errorf("no photo came: %+v", m.resident.heard)
	}
}

func (m *matter) answered(words string) {
	m.answers++
	m.expect(m.resident, "đã có trả lời", words)
	m.expect(m.winner, "đang gửi")
}

func (m *matter) askBack() {
	m.step(func() { m.winner.write("hỏi lại") })
	m.expect(m.winner, "viết câu cần hỏi")
	m.step(func() { m.winner.write("Dây bị võng ở đoạn nào?") })
	m.send("đoạn nào")
	m.expect(m.resident, "hỏi thêm", "đoạn nào")
	m.step(func() { m.resident.write("trước cổng nhà, cạnh cây xoài") })
	m.expect(m.resident, "đã chuyển cho cán bộ")
	m.expect(m.winner, "cây xoài")
	m.step(func() { m.winner.write("Chiều nay thợ đến cổng.") })
	m.send("Chiều nay")
	m.answered("Chiều nay thợ đến cổng.")
}

func (m *matter) unclear() {
	m.step(func() { m.resident.press("Chưa rõ") })
	m.expect(m.resident, "chỗ chưa rõ")
	m.expect(m.winner, "chưa rõ, hồ sơ mở lại")
	m.step(func() { m.resident.write("mấy giờ vậy") })
	m.expect(m.resident, "đã chuyển cho cán bộ")
	m.expect(m.winner, "mấy giờ vậy")
	m.step(func() { m.winner.write("Ba giờ chiều.") })
	m.send("Ba giờ")
	m.answered("Ba giờ chiều.")
}

// close ends it. All cards say so, and nothing was decided twice: each answer has
// a check code of its own.
func (m *matter) close() {
	m.step(func() { m.resident.press("Rõ rồi") })
	m.expect(m.resident, "Hồ sơ đã xong")
	for _, officer := range []*party{m.lan, m.hoa} {
		eventually(m.t, officer.name+" reads that it is over", func() bool {
			return strings.Contains(officer.screen(), "đã khép") || strings.Contains(officer.screen(), "hồ sơ khép")
		})
		m.step(func() { officer.write("việc") })
		m.expect(officer, "không có việc nào chờ")
	}
	codes := map[string]bool{}
	for _, found := range regexp.MustCompile(`Mã kiểm: (\d+)`).FindAllStringSubmatch(m.resident.screen(), -1) {
		codes[found[1]] = true
	}
	if len(codes) != m.answers {
		m.t.Errorf("%d answers with %d check codes", m.answers, len(codes))
	}
	if taken := strings.Count(m.lan.screen()+m.hoa.screen(), "nay do "); !m.killed && taken != 1 {
		m.t.Errorf("the case was taken %d times", taken)
	}
	if n := strings.Count(m.resident.screen(), "Mã kiểm: "); !m.killed && n != m.answers {
		m.t.Errorf("%d answers came as %d", m.answers, n)
	}
}
