package outbound_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/doithoai/doithoai/internal/outbound"
)

func TestNobodyIsFollowed(t *testing.T) {
	t.Parallel()
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it was followed") }))
	defer elsewhere.Close()
	platform := httptest.NewServer(http.RedirectHandler(elsewhere.URL, http.StatusTemporaryRedirect))
	defer platform.Close()
	response, err := outbound.NewClient().Post(platform.URL+"/bot123:geheim/sendMessage", "application/json", strings.NewReader("{}"))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusTemporaryRedirect {
		t.Errorf("status %d, want the answer itself", response.StatusCode)
	}
}

func TestScrub(t *testing.T) {
	t.Parallel()
	refused := errors.New("connection refused")
	for name, test := range map[string]struct {
		err  error
		want string
	}{
		"an address": {&url.Error{Op: "Post", URL: "https://api.example/bot123:geheim/x", Err: refused}, "connection refused"},
		"a quote":    {errors.New("malformed: /bot123:geheim/x"), "malformed: /bot<token>/x"},
		"neither":    {refused, "connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := outbound.Scrub(test.err, "123:geheim").Error(); got != test.want {
				t.Errorf("got %q, want %q", got, test.want)
			}
		})
	}
	if got := outbound.Scrub(refused, "123:geheim"); !errors.Is(got, refused) {
		t.Errorf("%v is another error", got)
	}
}
