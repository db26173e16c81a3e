package telegram_test

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/bot/telegram"
	"github.com/doithoai/doithoai/bot/telegram/tgfake"
)

func TestBotName(t *testing.T) {
	t.Parallel()
	fake := tgfake.New(tgfake.Options{Token: "1:secret"})
	server := httptest.NewServer(fake)
	t.Cleanup(func() { server.Close(); fake.Close() })
	if name, err := telegram.BotName(t.Context(), server.URL, "1:secret"); name != "doithoai_thu_bot" || err != nil {
		t.Errorf("got %q, %v", name, err)
	}
	if name, err := telegram.BotName(t.Context(), server.URL, "1:other"); err == nil || strings.Contains(err.Error(), "other") {
		t.Errorf("with a wrong token: %q, %v, want an error without it", name, err)
	}
	server.Close()
	if name, err := telegram.BotName(t.Context(), server.URL, "1:secret"); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("without an answer: %q, %v, want an error without the token", name, err)
	}
}
