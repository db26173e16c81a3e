package app

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Counters rise, what is measured is replaced, and an operator sees both.
func TestTallyIsShown(t *testing.T) {
	t.Parallel()
	tally := new(tally)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() { tally.count("zalo-oa.sent.reply") })
	}
	all.Wait()
	tally.set("zalo-oa.quota.sub_quota", 500)
	tally.set("zalo-oa.quota.sub_quota", 499)
	w := httptest.NewRecorder()
	adminRoutes(tally).ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/debug/counters", nil))
	var shown map[string]uint64
	want := map[string]uint64{"zalo-oa.sent.reply": 4, "zalo-oa.quota.sub_quota": 499}
	if err := json.Unmarshal(w.Body.Bytes(), &shown); err != nil || !maps.Equal(shown, want) {
		t.Errorf("shows %s, %v; want %v", w.Body, err, want)
	}
}
