package main

import (
	"context"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

// P2: a photo that was acknowledged is fetched after a kill, although nobody had
// fetched it before.
func TestKillBeforeTheFetch(t *testing.T) {
	t.Parallel()
	folder, err := filepath.Abs(sample)
	if err != nil {
		t.Fatal(err)
	}
	const token = "123456:geheimes-Wort"
	fake := tgfake.New(tgfake.Options{Token: token})
	api := httptest.NewServer(fake)
	t.Cleanup(func() { fake.Close(); api.Close() })
	dir := t.TempDir()
	environ := []string{"DOITHOAI_KNOWLEDGE=" + folder, "DOITHOAI_TELEGRAM_TOKEN=" + token, "DOITHOAI_TELEGRAM_API=" + api.URL}
	copies := func() []string {
		names, err := filepath.Glob(filepath.Join(dir, "data", "media", "??", "*"))
		if err != nil {
			t.Fatal(err)
		}
		return names
	}

	fake.Fail("getFile", 1000, tgfake.Fault{Code: 500, Description: "Internal Server Error"})
	p := serve(t, dir, environ...)
	person := fake.Person("Sáu")
	person.Photo("")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if got, err := person.Next(ctx); err != nil || !strings.Contains(got.Text, "đã nhận hình") {
		t.Fatalf("got %+v, %v", got, err)
	}
	if err := p.end(t, syscall.SIGKILL); err == nil {
		t.Error("the program survived its kill")
	}
	if names := copies(); len(names) != 0 {
		t.Fatalf("kept %q before anything was given out", names)
	}

	fake.Fail("getFile", 0, tgfake.Fault{})
	p = serve(t, dir, environ...)
	for len(copies()) == 0 && ctx.Err() == nil {
		time.Sleep(20 * time.Millisecond)
	}
	if names := copies(); len(names) != 1 || !strings.HasSuffix(names[0], ".jpg") {
		t.Errorf("kept %q after the kill, want the photo", names)
	}
	if err := p.end(t, syscall.SIGTERM); err != nil {
		t.Errorf("ended with %v; stderr: %s", err, p.log.String())
	}
	if strings.Contains(p.log.String(), token) || strings.Contains(p.log.String(), "geheimes-Wort") {
		t.Error("the log holds the token")
	}
}
