package output

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"sigs.k8s.io/yaml"

	"canopy/analysis/manifest"
	"canopy/analysis/network"
	"canopy/analysis/network/policy"
	"canopy/analysis/network/port"
	"canopy/model"
	"canopy/ui/text"
)

// reachFixture has an entry of every kind: each verdict, classes at either end, addresses, an assumed source, a way in.
func reachFixture(level network.Level) *Reach {
	deployment, pods, policies := model.KindByName("Deployment"), model.KindByName("StatefulSet"), model.KindByName("NetworkPolicy")
	web, db := network.End{Ref: deployment.Ref("shop", "web")}, network.End{Ref: pods.Ref("db", "postgres")}
	if level == network.Namespaces {
		web.Ref, db.Ref = model.KindByName("Namespace").Ref("", "shop"), model.KindByName("Namespace").Ref("", "db")
	}
	canary := web
	canary.Class = "tier=web,track=canary"
	allowWeb := network.Reason{Object: policies.Ref("db", "allow-web"), Tier: policy.Network, Direction: policy.Ingress, Rule: 1, Note: "from app=web"}
	open := network.Reason{Tier: policy.Default, Direction: policy.Egress, Note: "no policy selects it"}
	admin := network.Reason{Object: model.Ref{Group: "policy.networking.k8s.io", Version: "v1alpha2", Kind: "ClusterNetworkPolicy", Name: "guard"}, Tier: policy.Admin, Direction: policy.Ingress}
	return &Reach{Level: level, Enforcement: network.Verified, Denied: true, Entries: slices.Values([]network.Entry{
		{
			Src: canary, Dst: db, Verdict: network.Deny, Connections: port.All(),
			Because: []network.Reason{{Object: policies.Ref("db", "deny"), Tier: policy.Network, Direction: policy.Ingress, Rule: -1, Note: "no rule lets it through"}},
			Pairs:   network.Pairs{Total: 6},
		},
		{
			Src: web, Dst: db, Verdict: network.Allow, Connections: port.Of(port.TCP, 80, 80).Union(port.Of(port.TCP, 443, 445)).Union(port.Of(port.UDP, 53, 53)),
			Because: []network.Reason{open, allowWeb, admin}, Pairs: network.Pairs{Allowed: 2, Depends: 1, Unknown: 3, Total: 8},
		},
		{Src: db, Dst: canary, Verdict: network.Allow, Connections: port.All(), Because: []network.Reason{open}, Pairs: network.Pairs{Allowed: 2, Total: 2}},
		{
			Src: db, Dst: network.End{Block: netip.MustParsePrefix("10.0.0.0/8")}, Verdict: network.Depends, Connections: port.Whole(port.SCTP),
			Because: []network.Reason{open}, Assumption: "ipBlock against addresses of pods",
		},
		{
			Src: network.End{Name: "ingress-controller"}, Dst: web, Verdict: network.Allow, Connections: port.Of(port.TCP, 8080, 8080),
			Via: model.KindByName("Ingress").Ref("shop", "web"),
		},
		{
			Src: network.End{Block: netip.MustParsePrefix("::/0")}, Dst: web, Verdict: network.NotEvaluated, Connections: port.All(),
			Assumption: "cilium.io CiliumNetworkPolicy shop/x is not evaluated",
		},
	})}
}

// explained is the same of one pair that was named, with what nearly let through.
func explained() *Reach {
	r := reachFixture(network.Workloads)
	web, db := network.End{Ref: model.KindByName("Deployment").Ref("shop", "web")}, network.End{Ref: model.KindByName("StatefulSet").Ref("db", "postgres")}
	policies := model.KindByName("NetworkPolicy")
	sql, all := port.Of(port.TCP, 5432, 5432), port.All()
	allow := network.Reason{Object: policies.Ref("db", "allow-web"), Tier: policy.Network, Direction: policy.Ingress, Rule: 1, Note: "shop: app=web"}
	r.Explanations = []*network.Explanation{{
		Src: web, Dst: db, Notes: []string{"both run on node n1"},
		Parts: []network.Part{{Verdict: network.Allow, Connections: sql}, {Verdict: network.Deny, Connections: all.Minus(sql)}},
		Egress: network.Side{
			Direction: policy.Egress,
			Parts:     []network.Part{{Verdict: network.Allow, Connections: all, Because: []network.Reason{{Tier: policy.Default, Direction: policy.Egress}}}},
		},
		Ingress: network.Side{
			Direction: policy.Ingress, Isolated: true,
			Parts: []network.Part{
				{Verdict: network.Allow, Connections: sql, Because: []network.Reason{allow}},
				{Verdict: network.Depends, Connections: port.Of(port.TCP, 9, 9), Assumption: "priorities are equal"},
				{Verdict: network.Deny, Connections: all.Minus(sql)},
			},
			Misses: []network.Miss{{
				Reason: network.Reason{Object: policies.Ref("db", "allow-api"), Direction: policy.Ingress}, Missing: []string{"label app=web does not match app=api"},
				Connections: port.Of(port.TCP, 8080, 8080),
			}},
		},
	}}
	r.Unexplained = 2
	return r
}

// evilReach is one in which every text fights whoever reads it.
func evilReach(evil string) *Reach {
	ref := model.Ref{Kind: evil, Namespace: evil, Name: evil}
	end := network.End{Ref: ref, Class: evil + "," + evil}
	reason := network.Reason{Object: ref, Note: evil}
	return &Reach{
		Enforcement: network.Unverified,
		Entries: slices.Values([]network.Entry{
			{Src: end, Dst: end, Verdict: network.Depends, Connections: port.All(), Because: []network.Reason{reason, {Note: evil}}, Assumption: evil, Via: ref},
			{Src: network.End{Name: evil}, Dst: end, Verdict: network.Allow, Connections: port.All()},
		}),
		Explanations: []*network.Explanation{{
			Src: end, Dst: end, Notes: []string{evil},
			Egress: network.Side{
				Parts:  []network.Part{{Connections: port.All(), Assumption: evil, Because: []network.Reason{reason}}},
				Misses: []network.Miss{{Reason: reason, Missing: []string{evil}, Connections: port.All()}},
			},
		}},
	}
}

func reachText(t *testing.T, r *Reach, format Format, style Style) string {
	t.Helper()
	var b bytes.Buffer
	if err := r.Write(&b, format, style); err != nil {
		t.Fatalf("%s: %v", format, err)
	}
	return b.String()
}

func TestReachGolden(t *testing.T) {
	for name, got := range map[string]string{
		"reach.table":           reachText(t, reachFixture(network.Workloads), Table, Style{}),
		"reach.wide":            reachText(t, reachFixture(network.Workloads), Wide, Style{}),
		"reach-80.table":        reachText(t, reachFixture(network.Workloads), Table, Style{Width: 80}),
		"reach.json":            reachText(t, reachFixture(network.Workloads), JSON, Style{}),
		"reach.yaml":            reachText(t, reachFixture(network.Workloads), YAML, Style{}),
		"reach.csv":             reachText(t, reachFixture(network.Workloads), CSV, Style{}),
		"reach.markdown":        reachText(t, reachFixture(network.Workloads), Markdown, Style{}),
		"reach.dot":             reachText(t, reachFixture(network.Workloads), Dot, Style{}),
		"reach-namespace.table": reachText(t, reachFixture(network.Namespaces), Table, Style{}),
		"reach-namespace.json":  reachText(t, reachFixture(network.Namespaces), JSON, Style{}),
		"reach-namespace.csv":   reachText(t, reachFixture(network.Namespaces), CSV, Style{}),
		"reach-namespace.dot":   reachText(t, reachFixture(network.Namespaces), Dot, Style{}),
		"reach-pair.table":      reachText(t, explained(), Table, Style{}),
		"reach-hostile.md":      reachText(t, evilReach(hostile), Markdown, Style{}),
		"reach-hostile.dot":     reachText(t, evilReach(hostile), Dot, Style{Charset: text.ASCII}),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(want), got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// TestReachIsOneDocument: written one entry at a time, the bytes are those of the whole.
func TestReachIsOneDocument(t *testing.T) {
	none := &Reach{Enforcement: network.None, Entries: slices.Values([]network.Entry(nil))}
	for _, r := range []*Reach{none, reachFixture(network.Workloads), reachFixture(network.Namespaces), evilReach(hostile), evilReach("one\ntwo\n"), evilReach("- a: {b}"), evilReach("null"), evilReach("12:30"), evilReach("")} {
		whole := r.head()
		for e := range r.Entries {
			whole.Entries = append(whole.Entries, r.entry(&e))
		}
		for format, write := range map[Format]func(io.Writer, any) error{JSON: WriteJSON, YAML: WriteYAML} {
			var b bytes.Buffer
			if err := write(&b, whole); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(b.String(), reachText(t, r, format, Style{})); diff != "" {
				t.Errorf("%s (-whole +written):\n%s", format, diff)
			}
		}
	}
	var d map[string]any
	if err := yaml.Unmarshal([]byte(reachText(t, none, YAML, Style{})), &d); err != nil || d["enforcement"] != "none" || d["entries"] == nil {
		t.Errorf("%v, %v", d, err)
	}
}

func TestReachIsSafe(t *testing.T) {
	for _, evil := range []string{hostile, "=cmd|' /C calc'!A1", "@SUM(1)", "\t=1", "-1", "a\"];evil->all[label=\"b", `\`, `x\`, "<img src=x onerror=alert(1)>", "[x](javascript:1)", "www.example.com https://example.com a@b.c | c", "```", "`a` | b"} {
		for _, format := range ReachFormats() {
			for _, style := range []Style{{}, {Width: 80}, {Charset: text.ASCII}} {
				got := reachText(t, evilReach(evil), format, style)
				for i, c := range got {
					if c != '\n' && !manifest.Safe(c) || c == utf8.RuneError && !strings.Contains(got[i:], "\ufffd") {
						t.Fatalf("%s: %U in %q", format, c, got)
					}
				}
				switch format {
				case JSON:
					var d struct {
						Entries []struct{ Src, Via model.Ref }
					}
					if err := json.Unmarshal([]byte(got), &d); err != nil || d.Entries[0].Via.Name != strings.ToValidUTF8(evil, "\ufffd") {
						t.Errorf("%q: %v, %+v", evil, err, d)
					}
				case CSV:
					rows, err := csv.NewReader(strings.NewReader(got)).ReadAll()
					if err != nil || len(rows) != 3 {
						t.Fatalf("%q: %v", got, err)
					}
					for _, c := range slices.Concat(rows...) {
						if c != "" && strings.ContainsRune("=+-@\t\r", rune(c[0])) {
							t.Errorf("a formula: %q", c)
						}
					}
				case Markdown:
					for line := range strings.Lines(got) {
						if !strings.HasPrefix(line, "|") {
							continue
						}
						if strings.Count(line, "|") != 6 || strings.ContainsAny(line, "<>[]`\\*@!") || strings.Contains(line, "://") || strings.Contains(line, "www.") {
							t.Errorf("%q: markup in %q", evil, line)
						}
					}
				case Dot:
					if err := parseDot(got); err != nil {
						t.Errorf("%q: %v in\n%s", evil, err, got)
					}
				}
			}
		}
	}
}

// TestReachStops: nothing goes on after what is written to has failed.
func TestReachStops(t *testing.T) {
	for _, format := range ReachFormats() {
		r := reachFixture(network.Workloads)
		some, ran := slices.Collect(r.Entries), 0
		r.Entries = func(yield func(network.Entry) bool) {
			for range 100_000 {
				if ran++; !yield(some[0]) {
					return
				}
			}
		}
		if err := r.Write(&full{left: 20_000}, format, Style{}); !errors.Is(err, errFull) {
			t.Errorf("%s: %v", format, err)
		}
		if ran > 110_000 {
			t.Errorf("%s: %d entries were made", format, ran)
		}
	}
}

var errFull = errors.New("full")

type full struct{ left int }

func (f *full) Write(p []byte) (int, error) {
	if f.left -= len(p); f.left < 0 {
		return 0, errFull
	}
	return len(p), nil
}

// TestReachHoldsNothing: what is allocated is let go, however many entries there are.
func TestReachHoldsNothing(t *testing.T) {
	some := slices.Collect(reachFixture(network.Workloads).Entries)
	for _, format := range ReachFormats() {
		wrote := 0
		r := reachFixture(network.Workloads)
		r.Entries = many(some, 2_000)
		w := writes(func(p []byte) { wrote = max(wrote, len(p)) })
		if err := r.Write(w, format, Style{}); err != nil {
			t.Fatal(err)
		}
		if wrote > 1<<14 {
			t.Errorf("%s: %d bytes were written at once", format, wrote)
		}
	}
}

type writes func([]byte)

func (w writes) Write(p []byte) (int, error) { w(p); return len(p), nil }

func many(some []network.Entry, times int) iter.Seq[network.Entry] {
	return func(yield func(network.Entry) bool) {
		for i := range times * len(some) {
			if !yield(some[i%len(some)]) {
				return
			}
		}
	}
}

// parseDot reads what of Graphviz's language is written: statements of words, strings in quotes, braces, brackets and arrows.
func parseDot(s string) error {
	var tokens []string
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\n':
			i++
		case strings.HasPrefix(s[i:], "->"):
			tokens, i = append(tokens, "->"), i+2
		case strings.ContainsRune("{}[]=", rune(c)):
			tokens, i = append(tokens, string(c)), i+1
		case c == '"':
			end := i + 1
			for end < len(s) && s[end] != '"' {
				if s[end] == '\\' {
					end++
				}
				end++
			}
			if end >= len(s) {
				return errors.New("a string without an end")
			}
			tokens, i = append(tokens, `"`), end+1
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
			end := i
			for end < len(s) && (s[end] == '_' || s[end] >= '0' && s[end] <= '9' || s[end] >= 'a' && s[end] <= 'z' || s[end] >= 'A' && s[end] <= 'Z') {
				end++
			}
			tokens, i = append(tokens, s[i:end]), end
		default:
			return fmt.Errorf("%q at %d", c, i)
		}
	}
	p := &dotParser{tokens: tokens}
	if err := p.want("digraph", tokens[min(1, len(tokens)-1)], "{"); err != nil {
		return err
	}
	if err := p.body(); err != nil {
		return err
	}
	if len(p.tokens) > 0 {
		return fmt.Errorf("more after the end: %v", p.tokens)
	}
	return nil
}

type dotParser struct{ tokens []string }

func (p *dotParser) next() string {
	if len(p.tokens) == 0 {
		return ""
	}
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

func (p *dotParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *dotParser) want(list ...string) error {
	for _, w := range list {
		if got := p.next(); got != w {
			return fmt.Errorf("%q, want %q", got, w)
		}
	}
	return nil
}

func (p *dotParser) body() error {
	for {
		switch word := p.next(); {
		case word == "}":
			return nil
		case word == "subgraph":
			if name := p.next(); !strings.HasPrefix(name, "cluster_") {
				return fmt.Errorf("subgraph %q", name)
			}
			if err := p.want("{"); err != nil {
				return err
			}
			if err := p.body(); err != nil {
				return err
			}
		case word == "" || strings.ContainsAny(word, "{[]=\"->"):
			return fmt.Errorf("a statement that begins with %q", word)
		case p.peek() == "=":
			p.next()
			if value := p.next(); value != `"` && !letters(value) {
				return fmt.Errorf("the value %q", value)
			}
		default:
			if p.peek() == "->" {
				p.next()
				if to := p.next(); !letters(to) {
					return fmt.Errorf("an arrow to %q", to)
				}
			}
			if p.peek() != "[" {
				continue
			}
			p.next()
			for p.peek() != "]" {
				if name := p.next(); !letters(name) {
					return fmt.Errorf("the attribute %q", name)
				}
				if err := p.want("="); err != nil {
					return err
				}
				if value := p.next(); value != `"` && !letters(value) {
					return fmt.Errorf("the value %q", value)
				}
			}
			p.next()
		}
	}
}

func letters(s string) bool { return s != "" && !strings.ContainsAny(s, "{}[]=\"->") }
