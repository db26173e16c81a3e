package config

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
)

// DefaultFile is read when it is there and no other file was named.
const DefaultFile = "doithoai.yaml"

// envPrefix begins the name of every variable that is a setting.
const envPrefix = "DOITHOAI_"

// setting is one raw value and where it came from.
type setting struct {
	text   string
	origin string // for people, in Vietnamese
	dir    string // relative paths count from here; empty means the working folder
	file   string // that it stands in; empty for a variable
}

// Load reads the file, then the environment over it (as os.Environ gives it),
// then the defaults under both, and checks the whole. An empty name means
// DefaultFile, which may be absent; a file that was named must be there.
// An error is a Faults.
func Load(name string, environ []string) (*Config, error) {
	found := map[string]setting{}
	faults := fromFile(found, name)
	faults = append(faults, fromEnv(found, environ)...)

	c := &Config{}
	for _, k := range keys() {
		s, ok := found[k.path]
		if !ok {
			s = setting{text: k.fallback, origin: "mặc định"}
		}
		shown, fault := k.set(c, s)
		if fault != nil {
			fault.Where, fault.Key = s.origin, k.path
			faults = append(faults, *fault)
		}
		c.values = append(c.values, Value{Key: k.path, Text: shown, Origin: s.origin, Live: k.live})
		if k.secret && s.file != "" && s.text != "" {
			c.secretFiles = append(c.secretFiles, s.file)
		}
	}
	slices.Sort(c.secretFiles)
	c.secretFiles = slices.Compact(c.secretFiles)
	faults = append(faults, c.crossCheck(found).but(faults)...)
	if len(faults) > 0 {
		return nil, faults
	}
	return c, nil
}

func fromFile(found map[string]setting, name string) Faults {
	data, err := os.ReadFile(cmp.Or(name, DefaultFile))
	if errors.Is(err, fs.ErrNotExist) {
		if name == "" {
			return nil
		}
		return Faults{{Where: name, What: "không có tệp này", Cure: "Xem lại đường dẫn sau --config"}}
	}
	if err != nil {
		return Faults{{Where: cmp.Or(name, DefaultFile), What: "không đọc được tệp", Cure: "Cho tài khoản chạy chương trình quyền đọc tệp này"}}
	}
	return readYAML(found, cmp.Or(name, DefaultFile), data)
}

// fromEnv takes the variables that begin with envPrefix.
func fromEnv(found map[string]setting, environ []string) Faults {
	byName := map[string]key{}
	for _, k := range keys() {
		byName[k.variable()] = k
	}
	var faults Faults
	from := map[string]string{} // setting → the variable that gave it
	for _, pair := range byVariable(environ) {
		name, value, _ := strings.Cut(pair, "=")
		if !strings.HasPrefix(name, envPrefix) {
			continue
		}
		k, known := byName[name]
		file := ""
		if !known {
			base, isFile := strings.CutSuffix(name, "_FILE")
			if k, known = byName[base]; !known || !isFile || !k.secret {
				faults = append(faults, unknownVariable(name, byName))
				continue
			}
			content, err := os.ReadFile(value)
			if err != nil {
				faults = append(faults, Fault{Where: "biến " + name, Key: k.path,
					What: "không đọc được tệp " + value, Cure: "Xem lại đường dẫn và quyền đọc của tệp"})
				continue
			}
			file, value = value, strings.TrimRight(string(content), "\r\n")
		}
		if other := from[k.path]; other != "" && other != name {
			faults = append(faults, Fault{Where: "biến " + name, Key: k.path,
				What: "đã đặt bằng biến " + other + " rồi", Cure: "Bỏ một trong hai biến"})
			continue
		}
		from[k.path] = name
		found[k.path] = setting{text: strings.TrimSpace(value), origin: "biến " + name, file: file}
	}
	return faults
}

// byVariable sorts pairs by name, so that faults come in one order; of equal
// names the last stays last and wins.
func byVariable(environ []string) []string {
	return slices.SortedStableFunc(slices.Values(environ), func(a, b string) int {
		nameA, _, _ := strings.Cut(a, "=")
		nameB, _, _ := strings.Cut(b, "=")
		return strings.Compare(nameA, nameB)
	})
}

func (k key) variable() string {
	return envPrefix + strings.ToUpper(strings.ReplaceAll(k.path, ".", "_"))
}

func unknownVariable(name string, known map[string]key) Fault {
	fault := Fault{Where: "biến " + name, What: "không có thiết đặt nào tên này"}
	var names []string
	for candidate, k := range known {
		names = append(names, candidate)
		if k.secret {
			names = append(names, candidate+"_FILE")
		}
	}
	if near := nearest(name, names); near != "" {
		fault.Cure = "Có phải là " + near + "?"
		return fault
	}
	fault.Cure = "Chạy «doithoai config show» để xem các thiết đặt"
	return fault
}
