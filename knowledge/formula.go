package knowledge

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/doithoai/doithoai/internal/keyfile"
)

// expression is a formula, parsed.
type expression struct {
	op          byte // '+', '-', '*', '/'; 'n' number; 'f' figure
	left, right *expression
	number      *big.Rat
	figure      string
}

// Limits of a formula: far above any law, far below what could cost anything.
const (
	maxFormula = 300  // characters
	maxNesting = 20   // parentheses
	maxBits    = 2048 // of a numerator or denominator on the way
)

// formulaError is what is wrong with a formula, in Vietnamese.
type formulaError string

func (e formulaError) Error() string { return string(e) }

type formulaParser struct {
	rest  string
	depth int
}

// parseFormula reads + - * / and parentheses over numbers and figure ids.
func parseFormula(s string) (*expression, error) {
	if len(s) > maxFormula {
		return nil, formulaError("công thức quá dài")
	}
	p := &formulaParser{rest: strings.NewReplacer("×", "*", "÷", "/", "–", "-", "−", "-", "\n", " ").Replace(s)}
	e, err := p.sum()
	if err != nil {
		return nil, err
	}
	if p.space(); p.rest != "" {
		return nil, formulaError(fmt.Sprintf("không hiểu từ chỗ «%s»", keyfile.Brief(p.rest)))
	}
	return e, nil
}

func (p *formulaParser) space() { p.rest = strings.TrimLeft(p.rest, " \t") }

// operator takes one of the operators, or returns 0.
func (p *formulaParser) operator(operators string) byte {
	p.space()
	if p.rest == "" || strings.IndexByte(operators, p.rest[0]) < 0 {
		return 0
	}
	op := p.rest[0]
	p.rest = p.rest[1:]
	return op
}

func (p *formulaParser) sum() (*expression, error) { return p.chain("+-", p.product) }

func (p *formulaParser) product() (*expression, error) { return p.chain("*/", p.factor) }

func (p *formulaParser) chain(operators string, part func() (*expression, error)) (*expression, error) {
	left, err := part()
	for err == nil {
		op := p.operator(operators)
		if op == 0 {
			return left, nil
		}
		var right *expression
		right, err = part()
		left = &expression{op: op, left: left, right: right}
	}
	return nil, err
}

func (p *formulaParser) factor() (*expression, error) {
	if p.operator("(") != 0 {
		if p.depth++; p.depth > maxNesting {
			return nil, formulaError("quá nhiều ngoặc")
		}
		e, err := p.sum()
		p.depth--
		if err == nil && p.operator(")") == 0 {
			err = formulaError("thiếu dấu ngoặc đóng")
		}
		return e, err
	}
	p.space()
	end := 0
	for end < len(p.rest) && isFigureByte(p.rest[end]) {
		end++
	}
	if end > 0 && p.rest[0] >= 'a' {
		e := &expression{op: 'f', figure: p.rest[:end]}
		p.rest = p.rest[end:]
		return e, nil
	}
	end = 0
	for end < len(p.rest) && strings.IndexByte("0123456789.,", p.rest[end]) >= 0 {
		end++
	}
	if end > 0 && end < len(p.rest) && p.rest[end] == '%' {
		end++
	}
	if end == 0 {
		if p.rest == "" {
			return nil, formulaError("công thức bị cụt")
		}
		return nil, formulaError(fmt.Sprintf("không hiểu từ chỗ «%s»", keyfile.Brief(p.rest)))
	}
	n, _, err := ParseAmount(p.rest[:end])
	if err != nil {
		return nil, formulaError(fmt.Sprintf("«%s» không phải số (dấu chấm ngăn hàng nghìn, dấu phẩy cho phần lẻ)", p.rest[:end]))
	}
	p.rest = p.rest[end:]
	return &expression{op: 'n', number: n}, nil
}

func isFigureByte(c byte) bool { return c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '_' }

// figures calls visit for each figure the formula names.
func (e *expression) figures(visit func(id string)) {
	if e == nil {
		return
	}
	if e.op == 'f' {
		visit(e.figure)
	}
	e.left.figures(visit)
	e.right.figures(visit)
}

// value computes the formula exactly; figure gives the inputs.
func (e *expression) value(figure func(id string) (*big.Rat, error)) (*big.Rat, error) {
	switch e.op {
	case 'n':
		return e.number, nil
	case 'f':
		return figure(e.figure)
	}
	x, err := e.left.value(figure)
	if err != nil {
		return nil, err
	}
	y, err := e.right.value(figure)
	if err != nil {
		return nil, err
	}
	z := new(big.Rat)
	switch e.op {
	case '+':
		z.Add(x, y)
	case '-':
		z.Sub(x, y)
	case '*':
		z.Mul(x, y)
	case '/':
		if y.Sign() == 0 {
			return nil, formulaError("chia cho số 0")
		}
		z.Quo(x, y)
	}
	if z.Num().BitLen() > maxBits || z.Denom().BitLen() > maxBits {
		return nil, formulaError("kết quả quá lớn")
	}
	return z, nil
}
