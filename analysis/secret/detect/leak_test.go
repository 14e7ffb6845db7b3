package detect

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"

	"canopy/model"
)

// telling is what of an exposure anybody may come to see: all but the print, which never leaves the process.
func telling(e model.Exposure) string {
	e.Print = 0
	data, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf("%+v %s", e, data)
}

// leaks gives the first part of six bytes of a value that a text holds.
func leaks(text, value string) string {
	for i := 0; i+6 <= len(value); i++ {
		if part := value[i : i+6]; strings.Contains(text, part) {
			return part
		}
	}
	return ""
}

// TestNoLeak plants every random credential of the corpus in every place, and also where keys stand.
func TestNoLeak(t *testing.T) {
	d := Default()
	seen := 0
	for _, s := range samples(t, "true.yaml") {
		if len(s.Value) < 16 || s.Only != "" || strings.Contains(s.Value, "://") || strings.HasPrefix(s.Value, "my-") || strings.Contains(s.Value, "velvet") {
			continue
		}
		var all []model.Exposure
		for _, p := range spots {
			found, _, _ := p.look(d, s.Name, s.Value)
			all = append(all, found...)
		}
		for _, text := range []string{
			`{"auths":{` + quote(s.Value) + `:{"password":"hunter2-prod"}}}`, s.Value + ": " + s.Value + "\n", "password: &" + s.Value + " " + s.Value + "\n", "a:\n  " + s.Value + ":\n    password: hunter2-prod\n",
			"export " + s.Value + "=" + s.Value + "\n", `<x password="` + s.Value + `"><` + s.Value + ` token="` + s.Value + `"/></x>`, "--" + s.Value + "=password=" + s.Value,
			"https://" + s.Value + ":" + s.Value + "@host/" + s.Value, base64.StdEncoding.EncodeToString([]byte("password=" + s.Value)), "mysql -p" + s.Value + "\n",
		} {
			all = append(all, d.Inspect("data.x", "x", text)...)
			all = append(all, d.Inspect("data.x", s.Value, text)...)
		}
		for _, e := range all {
			seen++
			if part := leaks(telling(e), s.Value); part != "" {
				t.Fatalf("%s: %q of the value stands in %s", s.Name, part, telling(e))
			}
			if e.Path == "" {
				t.Fatalf("%s: no path: %+v", s.Name, e)
			}
		}
	}
	if seen < 300 {
		t.Errorf("only %d exposures", seen)
	}
}

// TestPrint holds what prints are for.
func TestPrint(t *testing.T) {
	d := Default()
	inEnv := d.Inspect("env[0].value", "DB_PASSWORD", "hunter2-prod")
	inURL := d.Inspect("data.url", "url", "postgres://app:hunter2-prod@db/x")
	coded := d.Inspect("data.x", "x", base64.StdEncoding.EncodeToString([]byte("password=hunter2-prod\n")))
	for _, found := range [][]model.Exposure{inEnv, inURL, coded} {
		if len(found) != 1 || found[0].Print != d.Print("hunter2-prod\n") || found[0].Print == 0 {
			t.Errorf("got %+v", found)
		}
	}
	if d.Print("short") != 0 || d.Print("  short\n\n") != 0 {
		t.Error("what is short has a print")
	}
	if found := d.Inspect("x", "DB_PASSWORD", "root"); len(found) != 1 || found[0].Print != 0 {
		t.Errorf("what is short has a print: %+v", found)
	}
	other, err := build(bundled, drawKey())
	if err != nil {
		t.Fatal(err)
	}
	if other.Print("hunter2-prod") == d.Print("hunter2-prod") {
		t.Error("two processes have the same prints")
	}
	if strings.Contains(fmt.Sprint(inEnv[0].Rule, inEnv[0].Path, inEnv[0].Name), strconv.FormatUint(inEnv[0].Print, 10)) {
		t.Error("the print is told")
	}
	if Default() != d {
		t.Error("two detectors")
	}
}

// TestMany holds that a value with more credentials than are listed says so, and that many goroutines may ask.
func TestMany(t *testing.T) {
	var b strings.Builder
	for i := range most + 50 {
		fmt.Fprintf(&b, "DB%d_PASSWORD=hunter2-%d\n", i, i*7919)
	}
	text := b.String()
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			found := Default().Inspect("data[app.env]", "app.env", text)
			if len(found) != most+1 || found[most].Rule != "more" || !strings.Contains(found[most].What, "more than 100") || found[most].Path != "data[app.env]" {
				t.Errorf("got %d exposures, at the end %+v", len(found), found[len(found)-1])
			}
		})
	}
	group.Wait()
}

// TestLargeAndDeep holds that no size and no depth hides a credential.
func TestLargeAndDeep(t *testing.T) {
	secret := fill("ghp_{a36}")
	for what, text := range map[string]string{
		"3 MiB of lines":   strings.Repeat("level=info msg=hello\n", 3<<20/21) + "token=" + secret + "\n",
		"3 MiB of JSON":    `{"a":[` + strings.Repeat(`{"x":1},`, 3<<20/8) + `{"token":"` + secret + `"}]}`,
		"300 braces":       strings.Repeat(`{"a":`, 300) + `"` + secret + `"` + strings.Repeat("}", 300),
		"300 indentations": deepYAML(300, secret),
		"one line":         strings.Repeat("x ", 1<<20) + "--token=" + secret,
		"CRLF":             "a=b\r\ntoken=" + secret + "\r\nb=c\r\n",
		"cut off":          `{"token":"` + secret + `"`,
	} {
		found := Default().Inspect("data.x", "x", text)
		if len(found) != 1 || found[0].Rule != "github-token" {
			t.Errorf("%s: got %d: %.300v", what, len(found), found)
		}
	}
}

func deepYAML(n int, secret string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String() + strings.Repeat(" ", n) + "token: " + secret + "\n"
}

// FuzzInspect holds that nothing panics, that no exposure tells a part of what was planted, and that all say where they are.
func FuzzInspect(f *testing.F) {
	d := Default()
	canary := fill("ghp_{a36}")
	for _, s := range samples(f, "true.yaml")[:6] {
		f.Add("x", `{"a":["--password","`+s.Value+`"],"b":{"name":"TOKEN","value":"§"}}`)
		f.Add(s.Name, "a:\n- b: |\n    password=§\n  c: [x, '§']\n  d: \"\\u0041§\"\n")
		f.Add("web.xml", `<a password="§"><!-- § --><![CDATA[§]]><value>§</value></a>`)
		f.Add("run.sh", "curl -u a:§ -H 'Authorization: Bearer §' && mysql -p§\nexport A=\"§\"\n")
		f.Add("x", base64.StdEncoding.EncodeToString([]byte(`{"password":"`+s.Value+`"}`)))
		f.Add("values.yaml", "- {name: DB_PASSWORD, value: §}\n- [a, {b: '§', c: [§]}]\n--- {x: {password: §}}\n")
		f.Add("config.php", "<?php\n$cfg['db']['§'] = '§'; define('DB_PASSWORD', '§'); return ['password' => '§', 'x' => array('token' => '§')];")
		f.Add("s.yaml", "kind: Secret\ndata:\n  §: §\nstringData:\n  a: §\n  §: b\n---\nkind: List\n")
		f.Add("s.json", `{"kind":"Secret","stringData":{"§":"§"},"data":{"a":"§"},"x":{"kty":"oct","k":"§"}}`)
		f.Add("x", "user a on >§ +@all\nHTTP_Passwd §\nvariable \"password\" {\n default = \"§\"\n}\necho a:§ | chpasswd\ncurl -sSfu a:§ -d '{\"password\":\"§\"}'\nmc alias set m http://x a §\n")
		f.Add(".pgpass", "a:1:b:c:§\n§:1:a:b:§\n")
		f.Add("x", "<property name=\"password\"><value>§</value></property><§ name=\"§\">§</§>")
		f.Add("x", "-----BEGIN PRIVATE KEY-----\n§\n-----END PRIVATE KEY-----\nhttps://a:§@b/?sig=§&x=y")
	}
	f.Fuzz(func(t *testing.T, name, text string) {
		text = strings.ReplaceAll(text, "§", canary)
		for _, value := range []string{text, base64.StdEncoding.EncodeToString([]byte(text))} {
			found := d.Inspect("data.x", name, value)
			found = append(found, d.List("data.x", name, strings.Split(value, "\n"), []string{"curl"})...)
			for _, e := range found {
				// Only the canary is sure to be found nowhere else in the text.
				if part := leaks(telling(e), canary[4:]); part != "" && !strings.Contains(strings.ReplaceAll(text, canary, ""), part) {
					t.Fatalf("%q of the value stands in %s", part, telling(e))
				}
				if e.Rule == "" || e.What == "" || !strings.HasPrefix(e.Path, "data.x") || e.Length < shortest {
					t.Fatalf("got %+v", e)
				}
			}
		}
	})
}
