package app_test

import (
	"net/http"
	"testing"
)

// Whoever distributes residents over several servers hears that this one ends while
// it still serves, and is asked to come by another connection.
func TestAStopIsToldBeforeTheDoorCloses(t *testing.T) {
	t.Parallel()
	r := start(t, settings(t, t.TempDir(), "DOITHOAI_STOP_DELAY=5"))
	page := visit(t, r.url)
	stopped := make(chan struct{})
	go func() { defer close(stopped); r.stop() }()
	var ready struct {
		Ready  bool
		Status string
	}
	for code := http.StatusOK; code == http.StatusOK; {
		code = getJSON(t, http.DefaultClient, r.url+"/readyz", &ready)
	}
	if ready.Ready || ready.Status != "stopping" {
		t.Errorf("readyz = %+v", ready)
	}
	answer, err := page.http.Get(r.url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	_ = answer.Body.Close()
	if !answer.Close {
		t.Error("the connection is kept, and would be closed under the next call")
	}
	page.say("1", "hộ cận nghèo mua thẻ bảo hiểm y tế được giảm bao nhiêu")
	if page.hear() == "" {
		t.Error("what was said while it stopped was not answered")
	}
	<-stopped
}
