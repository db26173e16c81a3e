package app_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/chromedp"
)

// picture is where the picture of the README goes; see docs/images.
var picture = flag.String("picture", "", "write what the browser shows to `FILE`")

// A villager's phone: the whole program with its built-in base, asked without
// accents. The page itself is tested in bot/webchat.
func TestAnswerInABrowser(t *testing.T) {
	path, err := exec.LookPath("chromium")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("chromium is missing: apt-get install chromium")
		}
		t.Skip("chromium is missing")
	}
	r := start(t, settings(t, t.TempDir(), "DOITHOAI_KNOWLEDGE="))

	profile, err := os.MkdirTemp("", "doithoai-browser-") // t.TempDir is removed while the browser still writes
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(profile) })
	options := []chromedp.ExecAllocatorOption{chromedp.ExecPath(path), chromedp.UserDataDir(profile)}
	for _, name := range []string{"headless", "no-sandbox", "disable-gpu", "hide-scrollbars", "no-first-run", "disable-dev-shm-usage"} {
		options = append(options, chromedp.Flag(name, true))
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, options...)
	t.Cleanup(cancel)
	complaints := &sheet{}
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(func(event any) {
		if e, ok := event.(*log.EventEntryAdded); ok { // what a policy forbids is told here
			fmt.Fprintln(complaints, e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}))
	t.Cleanup(cancel)
	if _, err := chromedp.Call(ctx, log.Enable, cdp.Empty{}); err != nil {
		t.Fatal(err)
	}
	phone := emulation.SetDeviceMetricsOverrideParams{Width: 390, Height: 844, DeviceScaleFactor: 2, Mobile: true}
	if _, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, phone); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx,
		chromedp.Navigate(r.url),
		chromedp.SendKeys(chromedp.ID("text"), "ho can ngheo mua the bhyt dc giam may phan"),
		chromedp.Click(chromedp.ID("send")),
	); err != nil {
		t.Fatal(err)
	}

	var page string
	for !strings.Contains(page, "cận nghèo") {
		if page, err = chromedp.Run(ctx, chromedp.Evaluate[string](`document.getElementById("log").innerText`)); err != nil {
			t.Fatalf("%v; the page says %q", err, page)
		}
		time.Sleep(50 * time.Millisecond)
	}
	if !strings.Contains(page, "Gặp cán bộ") {
		t.Errorf("the page says %q, want a way to a person in it", page)
	}
	if complaints.says(" ") {
		t.Errorf("the browser complains: %s", complaints.text.String())
	}
	if *picture != "" {
		shoot(ctx, t, *picture)
	}
	// What an intruder would put into the page does not run, and is told: the
	// silence above says something.
	const intrude = `(() => { const s = document.createElement("style"); s.textContent = "body{display:none}"; document.head.append(s); return true })()`
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[bool](intrude)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the browser complains of a style that is not ours", func() bool { return complaints.says("Content Security Policy") })
	if shown, err := chromedp.Run(ctx, chromedp.Evaluate[string](`getComputedStyle(document.body).display`)); err != nil || shown == "none" {
		t.Errorf("a style that is not ours holds: %q, %v", shown, err)
	}
}

func shoot(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	time.Sleep(time.Second) // the answer scrolls into view
	png, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, png, 0o600); err != nil {
		t.Fatal(err)
	}
}
