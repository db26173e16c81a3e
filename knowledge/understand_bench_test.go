package knowledge

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// generated makes a base of n entries whose texts mean nothing: every one shares
// most of its words with hundreds of others, which is hard on speed. Its
// accuracy says nothing.
func generated(n int) (*Base, []string) {
	r := rand.New(rand.NewPCG(1, 2))
	syllables := strings.Fields("hộ nghèo cận thẻ bảo hiểm học phí vay vốn nhà ở đất tiền điện gạo trường lớp con cháu bệnh viện xã phường giấy tờ nộp hưởng hỗ trợ trợ cấp tháng năm người già trẻ em khuyết tật mồ côi nước sạch giếng mái tôn bò heo lúa keo mì nghề may hàn xe máy tòa luật sư căn cước lãi suất gia hạn nợ tổ viên thôn làng rẫy biển ghe lưới chợ quán")
	word := func() string { return syllables[r.IntN(len(syllables))] }
	sentence := func(k int) string {
		ws := make([]string, k)
		for i := range ws {
			ws[i] = word()
		}
		return strings.Join(ws, " ")
	}
	b := &Base{versions: map[string][]Entry{}, figures: map[string]int{}}
	var questions []string
	for i := range n {
		e := Entry{ID: fmt.Sprintf("e%05d", i), Topic: "t", Name: sentence(6), Kind: Policy}
		for range 6 {
			e.Questions = append(e.Questions, sentence(9))
		}
		b.Entries = append(b.Entries, e)
		b.ids = append(b.ids, e.ID)
		b.versions[e.ID] = b.Entries[i : i+1]
		if i%max(1, n/200) == 0 {
			questions = append(questions, e.Questions[0]+" "+sentence(3)+" không")
		}
	}
	for i, id := range b.ids {
		b.versions[id] = b.Entries[i : i+1]
	}
	b.Phrases = []Phrase{{ID: "chao", Kind: "smalltalk", Questions: []string{"chào"}}}
	return b, questions
}

// BenchmarkAsk measures one message, alone on one core, at three sizes of base.
func BenchmarkAsk(b *testing.B) {
	for _, n := range []int{100, 1000, 10000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			base, questions := generated(n)
			m := NewMatcher(base, nil)
			b.ReportAllocs()
			i := 0
			for b.Loop() {
				m.Ask(Query{Text: questions[i%len(questions)], On: 20261121})
				i++
			}
		})
	}
}

// BenchmarkNewMatcher measures getting ready: learning, and with stored models.
func BenchmarkNewMatcher(b *testing.B) {
	base, _ := generated(100)
	var stored bytes.Buffer
	if err := NewMatcher(base, nil).StoreModels(&stored); err != nil {
		b.Fatal(err)
	}
	for name, models := range map[string][]byte{"learning": nil, "stored": stored.Bytes()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if m := NewMatcher(base, models); m.Restored() != (models != nil) {
					b.Fatal("models were not used as they should")
				}
			}
		})
	}
}
