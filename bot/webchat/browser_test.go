package webchat_test

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/doithoai/doithoai/bot"
	"github.com/doithoai/doithoai/bot/channeltest"
	"github.com/doithoai/doithoai/bot/webchat"
)

// dialogue answers like the real thing, in length and shape.
func dialogue(m bot.Message) []bot.Reply {
	facets := []bot.Button{
		{Label: "Giấy tờ cần có", Payload: "facet:papers"}, {Label: "Nộp ở đâu", Payload: "facet:where"},
		{Label: "Chưa đúng ý tôi", Payload: "cmd:other"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"},
	}
	switch {
	case m.Kind == bot.KindOpen:
		return []bot.Reply{{Kind: bot.ReplyNotice, Text: "Dạ, chào cô bác. Cô bác cần hỏi việc gì? Cứ gõ câu hỏi, không cần dấu.\n\n" +
			"Đây là trợ lý tự động của tỉnh, không phải người. Trợ lý không bao giờ hỏi mã OTP, số tài khoản hay số căn cước.", Buttons: []bot.Button{
			{Label: "Hộ nghèo, cận nghèo", Payload: "t:ho-ngheo"}, {Label: "Thẻ BHYT, khám bệnh", Payload: "t:bhyt"},
			{Label: "Con đi học", Payload: "t:hoc"}, {Label: "Vay vốn ưu đãi", Payload: "t:vay"}, {Label: "Gặp cán bộ", Payload: "gap-can-bo"},
		}}}
	case m.Payload == "facet:papers":
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "Giấy tờ cần có:\n- Giấy chứng nhận hộ cận nghèo\n- Căn cước của người được cấp thẻ\n\nXem thêm: https://example.org/van-ban.", Buttons: facets[1:]}}
	case m.Payload == "gap-can-bo":
		return []bot.Reply{{Kind: bot.ReplyHandoff, Text: "Câu hỏi này sẽ gửi tới bộ phận một cửa của xã, giữ 90 ngày. Cô bác đồng ý không?", Buttons: []bot.Button{
			{Label: "Đồng ý gửi", Payload: "yes"}, {Label: "Không gửi, chỉ chỗ hỏi", Payload: "no"}, {Label: "Xem kỹ hơn", Payload: "more"},
		}}}
	case strings.Contains(m.Text, "đói"):
		return []bot.Reply{{Kind: bot.ReplyUrgent, Text: "Nếu nhà đang thiếu ăn, cô bác gọi ngay Ủy ban nhân dân xã. Trẻ em cần giúp gọi số 111, miễn phí."}}
	case m.Kind == bot.KindPress:
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "Nộp ở bộ phận một cửa của Ủy ban nhân dân xã.", Buttons: facets[2:]}}
	default:
		return []bot.Reply{{Kind: bot.ReplyAnswer, Text: "Được hỗ trợ một phần. Nhà nước đóng ít nhất 70% tiền thẻ, gia đình đóng phần còn lại.\n\n" +
			"Người trong hộ cận nghèo theo danh sách xã lập thì được hỗ trợ. Hỏi: " + m.Text +
			"\n\nNghị định 188/2025/NĐ-CP · từ 01/07/2025 · trả lời tự động", Buttons: facets}}
	}
}

// phone is a browser on a phone of 360 × 740 points.
type phone struct {
	t   *testing.T
	ctx context.Context
	dir string // of screenshots

	mu       sync.Mutex
	troubles []string
	offline  bool
}

// chromium returns the browser's path. Without one the test is skipped on a
// developer's machine and fails where changes are accepted.
func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "headless-shell"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("CI") == "true" {
		t.Fatal("chromium is missing: apt-get install chromium")
	}
	t.Skip("chromium is missing: the page is not tested in a browser")
	return ""
}

func newPhone(t *testing.T, url string) *phone {
	t.Helper()
	path := chromium(t)
	p := &phone{t: t, dir: os.Getenv("DOITHOAI_SCREENSHOTS")}
	if p.dir == "" {
		p.dir = t.TempDir()
	}
	profile, err := os.MkdirTemp("", "webchat-browser")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(profile)}
	for _, flag := range []string{
		"headless", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
		"disable-component-update", "disable-sync", "hide-scrollbars", "disable-dev-shm-usage",
	} {
		options = append(options, chromedp.Flag(flag, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	p.ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(p.hear))
	t.Cleanup(cancel)
	do(p, log.Enable, cdp.Empty{})
	do(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 360, Height: 740, DeviceScaleFactor: 2, Mobile: true})
	do(p, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true})
	p.run(chromedp.Navigate(url))
	return p
}

// hear collects what the browser complains about.
func (p *phone) hear(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		p.troubles = append(p.troubles, e.ExceptionDetails.Text)
	case *runtime.EventConsoleAPICalled:
		p.troubles = append(p.troubles, "console."+string(e.Type))
	case *log.EventEntryAdded:
		if p.offline && e.Entry.Source == log.EntrySourceNetwork {
			return
		}
		p.troubles = append(p.troubles, string(e.Entry.Source)+": "+e.Entry.Text+" "+e.Entry.URL)
	}
}

// noTrouble fails if the page logged anything at all.
func (p *phone) noTrouble() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.troubles) > 0 {
		p.t.Errorf("the console is not empty:\n%s", strings.Join(p.troubles, "\n"))
	}
}

func (p *phone) run(steps ...chromedp.Action[chromedp.Void]) {
	p.t.Helper()
	if err := chromedp.Do(p.ctx, steps...); err != nil {
		p.t.Fatal(err)
	}
}

// do sends one command of the protocol that answers nothing.
func do[P any](p *phone, command cdp.Command[P, cdp.Empty], params P) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, command, params); err != nil {
		p.t.Fatal(err)
	}
}

// setOffline cuts the network, as far as the browser knows.
func (p *phone) setOffline(off bool) {
	p.t.Helper()
	p.mu.Lock()
	p.offline = true // complaints may come late
	p.mu.Unlock()
	conditions := network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{}}
	if off {
		conditions.MatchedNetworkConditions = append(conditions.MatchedNetworkConditions,
			&network.Conditions{Offline: true, DownloadThroughput: -1, UploadThroughput: -1})
	}
	if _, err := chromedp.Call(p.ctx, network.EmulateNetworkConditionsByRule, conditions); err != nil {
		p.t.Fatal(err)
	}
	do(p, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: off, DownloadThroughput: -1, UploadThroughput: -1})
}

func eval[T any](p *phone, expression string) T {
	p.t.Helper()
	v, err := chromedp.Run(p.ctx, chromedp.Evaluate[T](expression))
	if err != nil {
		p.t.Fatalf("%s: %v", expression, err)
	}
	return v
}

// until waits for an expression to be true.
func (p *phone) until(expression string) {
	p.t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for {
		if ok, err := chromedp.Run(p.ctx, chromedp.Evaluate[bool]("!!("+expression+")")); err == nil && ok {
			return
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			p.shoot("zz-stuck")
			p.t.Fatalf("never true: %s\nthe page says:\n%s\n%v", expression, eval[string](p, "document.body.innerText"), p.troubles)
		}
	}
}

func (p *phone) shoot(name string) {
	p.t.Helper()
	png, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
	if err != nil {
		p.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(p.dir, name+".png"), png, 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// say types into the box and taps the button.
func (p *phone) say(text string) {
	p.t.Helper()
	p.run(chromedp.SendKeys(chromedp.ID("text"), text))
	p.run(chromedp.Click(chromedp.ID("send")))
}

// tap taps the newest button with a label.
func (p *phone) tap(label string) {
	p.t.Helper()
	p.until(fmt.Sprintf(`[...document.querySelectorAll('.live button')].some(b => b.textContent.includes(%q))`, label))
	eval[bool](p, fmt.Sprintf(`(() => { document.querySelectorAll('[data-tap]').forEach(b => b.removeAttribute('data-tap'));
		const b = [...document.querySelectorAll('.live button')].find(b => b.textContent.includes(%q));
		b.setAttribute('data-tap', ''); return true })()`, label))
	p.run(chromedp.Tap(chromedp.CSS("[data-tap]")))
}

const (
	bubbles    = `[...document.querySelectorAll('.bubble')].map(b => b.innerText)`
	botReplies = `document.querySelectorAll('.bot').length`
)

// texts returns what was taken, greetings left out.
func texts(x *channeltest.Exchange) []string {
	var all []string
	for _, m := range x.Taken() {
		if m.Kind != bot.KindOpen {
			all = append(all, string(m.Kind)+" "+m.Text+m.Payload)
		}
	}
	return all
}

func phoneAt(t *testing.T) (*phone, *channeltest.Exchange) {
	t.Helper()
	return phoneBehind(t, func(h http.Handler) http.Handler { return h })
}

// phoneBehind is phoneAt with something between the phone and the server.
func phoneBehind(t *testing.T, proxy func(http.Handler) http.Handler) (*phone, *channeltest.Exchange) {
	t.Helper()
	x := channeltest.NewExchange(dialogue)
	base := serve(t, proxy(newHandler(t, webchat.Config{Intake: x, Outbox: x, Province: "Quảng Ngãi"})))
	return newPhone(t, base), x
}

// Where a proxy does not let events through, long requests take over.
func TestPhoneWithoutEvents(t *testing.T) {
	p, x := phoneBehind(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/chat/events" {
				http.Error(w, "not here", http.StatusBadGateway)
				return
			}
			h.ServeHTTP(w, r)
		})
	})
	p.until(botReplies + ` === 1`)
	p.say("qua proxy")
	p.until(botReplies + ` === 2`)
	x.Push(x.Taken()[0].Chat, time.Now(), bot.Reply{Kind: bot.ReplyHandoff, Text: "Cán bộ trả lời."})
	p.until(botReplies + ` === 3`)
	p.noTroubleBut(t, "502")
}

// Two tabs of one browser are one resident: both show everything, once.
func TestTwoTabs(t *testing.T) {
	p, x := phoneAt(t)
	p.until(botReplies + ` === 1`)
	ctx, cancel := chromedp.NewContext(p.ctx, chromedp.WithListener(p.hear))
	defer cancel()
	second := &phone{t: t, ctx: ctx, dir: p.dir}
	second.run(chromedp.Navigate(eval[string](p, "location.href")))
	second.until(`document.getElementById('log').getAttribute('aria-live') === 'polite'`)
	p.say("từ trang một")
	p.until(botReplies + ` === 2`)
	second.until(botReplies + ` === 1 && document.querySelectorAll('.me').length === 1`)
	second.say("từ trang hai")
	second.until(botReplies + ` === 2`)
	p.until(botReplies + ` === 3 && document.querySelectorAll('.me').length === 2`)
	if first, last := x.Taken()[0].Chat, x.Taken()[2].Chat; first != last {
		t.Error("two tabs are two chats")
	}
	second.run(chromedp.Evaluate[chromedp.Void](`document.getElementById('end').click(); document.getElementById('ask-yes').click()`))
	p.until(botReplies + ` === 0`)
	p.noTroubleBut(t, "401")
}

func TestPhoneAsksAndTaps(t *testing.T) {
	p, x := phoneAt(t)
	p.until(botReplies + ` === 1`)
	p.shoot("01-open")
	p.say("Hộ cận nghèo mua thẻ bảo hiểm y tế được giảm bao nhiêu?")
	p.until(botReplies + ` === 2`)
	p.shoot("02-answer")
	p.tap("Giấy tờ cần có")
	p.until(botReplies + ` === 3`)
	p.shoot("03-button")
	if n := eval[int](p, `document.querySelectorAll('.choices button').length`); n != 3 {
		t.Errorf("%d buttons stand there, want the 3 of the latest list", n)
	}
	p.say("0") // a typed number is a press of the latest list
	p.until(botReplies + ` === 4`)
	p.shoot("04-handoff")
	p.say("nhà em đói")
	p.until(botReplies + ` === 5`)
	p.shoot("05-urgent")
	want := []string{
		"text Hộ cận nghèo mua thẻ bảo hiểm y tế được giảm bao nhiêu?", "press Giấy tờ cần cófacet:papers",
		"press Gặp cán bộgap-can-bo", "text nhà em đói",
	}
	if got := texts(x); !slices.Equal(got, want) {
		t.Errorf("took %q, want %q", got, want)
	}
	links := eval[[]string](p, `[...document.querySelectorAll('.bubble a')].map(a => a.href)`)
	if want := []string{"https://example.org/van-ban", "tel:111"}; !slices.Equal(links, want) {
		t.Errorf("links go to %q, want %q", links, want)
	}
	p.noTrouble()
}

func TestPhonePageIsSmall(t *testing.T) {
	p, _ := phoneAt(t)
	p.until(botReplies + ` === 1`)
	total := eval[int](p, `[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
		.reduce((sum, e) => sum + e.decodedBodySize, 0)`)
	t.Logf("the page weighs %d bytes uncompressed", total)
	if total < 5000 || total >= 50<<10 {
		t.Errorf("the page weighs %d bytes, want less than 50 KB", total)
	}
	if size := eval[float64](p, `Math.min(...[...document.querySelectorAll('p, b, button, textarea')].filter(e => e.offsetParent)
		.filter(e => !e.closest('header')).map(e => parseFloat(getComputedStyle(e).fontSize)))`); size < 18 {
		t.Errorf("the smallest type is %v px, want 18", size)
	}
	if wide := eval[int](p, `document.documentElement.scrollWidth`); wide > 360 {
		t.Errorf("the page is %d px wide on a phone of 360", wide)
	}
	p.noTrouble()
}

func TestPhoneComesBackOnline(t *testing.T) {
	p, x := phoneAt(t)
	p.until(botReplies + ` === 1`)
	p.setOffline(true)
	p.say("một lúc mất mạng")
	p.say("hai lúc mất mạng")
	p.until(`document.querySelector('.me.retry') && document.getElementById('net').textContent`)
	p.shoot("06-offline")
	p.setOffline(false)
	p.until(botReplies + ` === 3`)
	p.until(`document.querySelectorAll('.me.sent').length === 2 && !document.getElementById('net').textContent`)
	p.shoot("07-online")
	if got, want := texts(x), []string{"text một lúc mất mạng", "text hai lúc mất mạng"}; !slices.Equal(got, want) {
		t.Errorf("took %q, want %q", got, want)
	}
	p.noTrouble()
}

// A save that fails, and an answer that is lost after the save, both end in one
// message and one reply.
func TestPhoneResends(t *testing.T) {
	p, x := phoneAt(t)
	p.until(botReplies + ` === 1`)
	p.mu.Lock()
	p.offline = true // 503 stands in the console
	p.mu.Unlock()
	x.Fail(channeltest.Handling, 2)
	p.say("máy chủ bận")
	p.until(botReplies + ` === 2`)
	p.until(`document.querySelector('.me.sent')`)
	if got := texts(x); len(got) != 1 {
		t.Errorf("took %q, want one message", got)
	}
	ids := map[string]bool{}
	for _, m := range x.Calls() {
		if m.Kind == bot.KindText {
			ids[m.ID] = true
		}
	}
	if len(ids) != 1 {
		t.Errorf("%d ids for one message", len(ids))
	}
	p.noTrouble()
}

func TestPhoneReloads(t *testing.T) {
	p, x := phoneAt(t)
	p.until(botReplies + ` === 1`)
	p.say("trước khi mở lại")
	p.until(botReplies + ` === 2`)
	before := eval[[]string](p, bubbles)
	p.run(chromedp.Reload())
	p.until(botReplies + ` === 2`)
	if after := eval[[]string](p, bubbles); !slices.Equal(after, before) {
		t.Errorf("after the reload %q, want %q", after, before)
	}
	p.tap("Nộp ở đâu") // the list is alive as before
	p.until(botReplies + ` === 3`)
	if n := len(x.Taken()); n != 3 {
		t.Errorf("took %d messages, want greeting, question and press", n)
	}
	p.noTrouble()
}

func TestPhoneIsHandedOn(t *testing.T) {
	p, x := phoneAt(t)
	p.until(botReplies + ` === 1`)
	p.say("chuyện riêng")
	p.until(botReplies + ` === 2`)
	p.run(chromedp.Click(chromedp.ID("end")))
	p.shoot("08-end")
	p.run(chromedp.Click(chromedp.ID("ask-yes")))
	p.until(botReplies + ` === 0`)
	p.shoot("09-ended")
	if page := eval[string](p, `document.body.innerText + JSON.stringify(sessionStorage) + JSON.stringify(localStorage)`); strings.Contains(page, "chuyện riêng") {
		t.Errorf("something is left: %s", page)
	}
	p.say("người khác hỏi")
	p.until(botReplies + ` === 1`)
	taken := x.Taken()
	if first, last := taken[0].Chat, taken[len(taken)-1].Chat; first == last {
		t.Error("the next person is in the same chat")
	}
	p.say("quên tôi")
	p.until(`!document.body.innerText.includes('người khác hỏi')`)
	p.noTroubleBut(t, "401")
}

// noTroubleBut forgives what the browser itself writes for an expected status.
func (p *phone) noTroubleBut(t *testing.T, status string) {
	t.Helper()
	p.mu.Lock()
	p.troubles = slices.DeleteFunc(p.troubles, func(s string) bool { return strings.Contains(s, status) })
	p.mu.Unlock()
	p.noTrouble()
}

func TestKeyboardAlone(t *testing.T) {
	p, x := phoneAt(t)
	p.until(botReplies + ` === 1`)
	focused := func() string {
		return eval[string](p, `(e => e.id || (e.matches('a, button') && e.innerText) || e.tagName)(document.activeElement)`)
	}
	p.run(chromedp.KeyEvent(kb.Tab))
	if got := focused(); got != "Tới ô gõ câu hỏi" {
		t.Errorf("first stop is %q, want the way to the box", got)
	}
	p.run(chromedp.KeyEvent(kb.Enter))
	if got := focused(); got != "text" {
		t.Errorf("the skip link leads to %q", got)
	}
	p.run(chromedp.KeyEvent("gõ bằng phím"))
	p.run(chromedp.KeyEvent(kb.Enter))
	p.until(botReplies + ` === 2`)
	if left := eval[string](p, `document.getElementById('text').value`); left != "" {
		t.Errorf("%q is left in the box", left)
	}
	seen := 0
	for !strings.Contains(focused(), "Giấy tờ cần có") {
		if seen++; seen > 20 {
			t.Fatalf("Tab never reaches the choices, it is at %q", focused())
		}
		p.run(chromedp.KeyEvent(kb.Tab))
	}
	p.shoot("10-keyboard")
	p.run(chromedp.KeyEvent(kb.Enter))
	p.until(botReplies + ` === 3`)
	p.run(chromedp.KeyEvent(kb.Enter), chromedp.KeyEvent(kb.Tab)) // Enter held too long must not ask twice
	for strings.HasPrefix(focused(), "http") {
		p.run(chromedp.KeyEvent(kb.Tab))
	}
	if got := focused(); !strings.Contains(got, "Nộp ở đâu") {
		t.Errorf("after the press Tab leads to %q, want the new choices", got)
	}
	p.run(chromedp.Focus(chromedp.ID("end")), chromedp.KeyEvent(kb.Enter))
	if got := focused(); got != "ask-no" {
		t.Errorf("the dialog's focus is at %q, want the harmless choice", got)
	}
	p.run(chromedp.KeyEvent(kb.Escape))
	if got := focused(); got != "end" {
		t.Errorf("after Escape the focus is at %q", got)
	}
	if got, want := texts(x), []string{"text gõ bằng phím", "press Giấy tờ cần cófacet:papers"}; !slices.Equal(got, want) {
		t.Errorf("took %q, want %q", got, want)
	}
	p.noTrouble()
}

// What a screen reader says hangs on these.
func TestPageIsSpoken(t *testing.T) {
	p, _ := phoneAt(t)
	p.until(botReplies + ` === 1`)
	p.until(`document.getElementById('log').getAttribute('aria-live') === 'polite'`)
	for _, check := range []string{
		`document.documentElement.lang === 'vi'`,
		`document.querySelector('label[for=text]').textContent.trim()`,
		`document.getElementById('log').getAttribute('role') === 'log'`,
		`document.getElementById('net').getAttribute('role') === 'status'`,
		`[...document.querySelectorAll('button')].every(b => b.textContent.trim())`,
		`document.querySelectorAll('h1').length === 1`,
	} {
		if !eval[bool](p, "!!("+check+")") {
			t.Errorf("not so: %s", check)
		}
	}
	if poor := eval[[]string](p, contrast); len(poor) > 0 {
		t.Errorf("contrast below 4.5: %q", poor)
	}
}

// contrast lists the texts whose contrast with the background is too low.
const contrast = `(() => {
	const parse = c => (c.match(/[\d.]+/g) || []).map(Number);
	const light = c => { const [r, g, b] = parse(c).map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4 });
		return .2126 * r + .7152 * g + .0722 * b };
	const back = e => { for (; e; e = e.parentElement) { const c = getComputedStyle(e).backgroundColor; const p = parse(c);
		if (p.length < 4 || p[3] > 0) return c } return 'rgb(255,255,255)' };
	return [...document.querySelectorAll('body *')].filter(e => e.offsetParent && [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()))
		.filter(e => { const a = light(getComputedStyle(e).color), b = light(back(e)); return (Math.max(a, b) + .05) / (Math.min(a, b) + .05) < 4.5 })
		.map(e => e.tagName + ' ' + e.textContent.slice(0, 30));
})()`

// A computer's window shows the same page, in one readable column.
func TestDesktop(t *testing.T) {
	p, _ := phoneAt(t)
	do(p, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1280, Height: 800, DeviceScaleFactor: 1})
	p.until(botReplies + ` === 1`)
	p.say("Hộ cận nghèo mua thẻ bảo hiểm y tế được giảm bao nhiêu?")
	p.until(botReplies + ` === 2`)
	p.shoot("11-desktop")
	if wide := eval[float64](p, `document.querySelector('main').getBoundingClientRect().width`); wide > 850 {
		t.Errorf("the column is %v px wide", wide)
	}
	p.noTrouble()
}

// Without scripts the page is a form that comes back with the answer.
func TestWithoutScripts(t *testing.T) {
	p, x := phoneAt(t)
	do(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	p.run(chromedp.Reload())
	p.shoot("12-plain-open")
	p.run(chromedp.SendKeys(chromedp.ID("text"), "không có script"))
	if _, err := chromedp.RunResponse(p.ctx, chromedp.Click(chromedp.ID("send"))); err != nil {
		t.Fatal(err)
	}
	p.shoot("13-plain-answer")
	page, err := chromedp.Run(p.ctx, chromedp.Text(chromedp.ID("log")))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(page, "Hỏi: không có script") || !strings.Contains(page, "Giấy tờ cần có") {
		t.Errorf("the page says %q", page)
	}
	if _, err := chromedp.RunResponse(p.ctx, chromedp.Click(chromedp.CSS(".choices button"))); err != nil {
		t.Fatal(err)
	}
	if got, want := texts(x), []string{"text không có script", "press facet:papers"}; !slices.Equal(got, want) {
		t.Errorf("took %q, want %q", got, want)
	}
}
