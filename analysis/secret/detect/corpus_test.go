package detect

import (
	"encoding/base64"
	"encoding/json"
	"hash/fnv"
	"math/rand/v2"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
	corev1 "k8s.io/api/core/v1"

	"canopy/model"
)

// sample is one credential, or one value that is none. Only limits it to variables: elsewhere it could be a reference.
type sample struct {
	Name, Value, Rule, Why, Only string
}

// in tells whether a sample is planted in a place.
func (s sample) in(p spot) bool { return s.Only == "" || strings.HasPrefix(p.what, s.Only) }

func samples(t testing.TB, file string) []sample {
	t.Helper()
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []sample
	if err := yaml.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].Value = fill(all[i].Value)
	}
	return all
}

var holes = regexp.MustCompile(`\{([aAbBdhl])([0-9]+)\}|\{u\}|\{basic\}|\{tunnel\}|\{words\}`)

// fill makes a value of a template. The same template gives the same value, so that a failure can be looked at again; the values stand
// nowhere, so that nobody takes them for real ones.
func fill(template string) string {
	h := fnv.New64a()
	h.Write([]byte(template))
	rnd := rand.New(rand.NewPCG(h.Sum64(), 7))
	from := func(alphabet string, n int) string {
		b := make([]byte, n)
		for i := range b {
			b[i] = alphabet[rnd.IntN(len(alphabet))]
		}
		return string(b)
	}
	const hex, small, capital = "0123456789abcdef", "abcdefghijklmnopqrstuvwxyz", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return holes.ReplaceAllStringFunc(template, func(m string) string {
		if m == "{u}" {
			return from(hex, 8) + "-" + from(hex, 4) + "-4" + from(hex, 3) + "-a" + from(hex, 3) + "-" + from(hex, 12)
		}
		if m == "{basic}" {
			return base64.StdEncoding.EncodeToString([]byte("admin:" + from(small, 12)))
		}
		if m == "{tunnel}" {
			return base64.StdEncoding.EncodeToString([]byte(`{"a":"` + from(hex, 32) + `","t":"` + from(hex, 12) + `","s":"` + from(small, 40) + `"}`))
		}
		if m == "{words}" {
			return base64.StdEncoding.EncodeToString([]byte("velvet otter " + from(small, 7) + " rain"))
		}
		n, _ := strconv.Atoi(m[2 : len(m)-1])
		switch m[1] {
		case 'h':
			return from(hex, n)
		case 'A':
			return from(capital+"234567", n)
		case 'b':
			return from(small+capital+"0123456789+/", n)
		case 'B':
			return from("QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L", n)
		case 'd':
			return from("123456789", n)
		case 'l':
			return from(small+"0123456789", n)
		}
		return from(small+capital+"0123456789", n)
	})
}

// spot is a place and an encoding in which a value may stand: it gives what is found there, and the path and the name to be told.
type spot struct {
	what string
	look func(d *Detector, name, value string) (found []model.Exposure, path, called string)
}

func entry(d *Detector, key, path, called, value string) ([]model.Exposure, string, string) {
	return d.Inspect("data."+key, key, value), "data." + key + path, called
}

func pod(d *Detector, change func(*corev1.Container), path, called string) ([]model.Exposure, string, string) {
	c := corev1.Container{Name: "app"}
	change(&c)
	return d.Pod(&corev1.PodSpec{Containers: []corev1.Container{c}}), "containers[0]." + path, called
}

func quote(s string) string {
	b, _ := json.Marshal(s)
	return string(b)
}

func shellQuote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func kebab(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "-") }

func exec(command ...string) *corev1.ExecAction { return &corev1.ExecAction{Command: command} }

// spots are those of pods, of values and of texts in which values stand.
var spots = []spot{
	{"env", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return pod(d, func(c *corev1.Container) { c.Env = []corev1.EnvVar{{Name: "A", Value: "b"}, {Name: n, Value: v}} }, "env[1].value", n)
	}},
	{"env of init container", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		spec := &corev1.PodSpec{InitContainers: []corev1.Container{{}, {Name: "i", Env: []corev1.EnvVar{{Name: n, Value: v}}}}}
		return d.Pod(spec), "initContainers[1].env[0].value", n
	}},
	{"env of ephemeral container", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		c := corev1.EphemeralContainer{EphemeralContainerCommon: corev1.EphemeralContainerCommon{Env: []corev1.EnvVar{{Name: n, Value: v}}}}
		return d.Pod(&corev1.PodSpec{EphemeralContainers: []corev1.EphemeralContainer{c}}), "ephemeralContainers[0].env[0].value", n
	}},
	{"--flag=value", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return pod(d, func(c *corev1.Container) { c.Args = []string{"serve", "--" + kebab(n) + "=" + v} }, "args[1]", kebab(n))
	}},
	{"--flag value", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return pod(d, func(c *corev1.Container) { c.Args = []string{"--" + kebab(n), v, "run"} }, "args[1]", "")
	}},
	{"assignment in a command", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return pod(d, func(c *corev1.Container) { c.Command = []string{"sh", "-c", n + "=" + shellQuote(v) + " exec app"} }, "command[2]", n)
	}},
	{"export in a script", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		script := "set -e\ncd /app\nexport " + n + "=" + shellQuote(v) + "\nexec app\n"
		return pod(d, func(c *corev1.Container) { c.Args = []string{"-c", script} }, "args[1]:3", n)
	}},
	{"probe", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return pod(d, func(c *corev1.Container) {
			c.LivenessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{Exec: exec("check", "--"+kebab(n)+"="+v)}}
		}, "livenessProbe.exec.command[1]", kebab(n))
	}},
	{"header of a probe", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return pod(d, func(c *corev1.Container) {
			get := &corev1.HTTPGetAction{HTTPHeaders: []corev1.HTTPHeader{{Name: n, Value: v}}}
			c.ReadinessProbe = &corev1.Probe{ProbeHandler: corev1.ProbeHandler{HTTPGet: get}}
		}, "readinessProbe.httpGet.httpHeaders[0].value", n)
	}},
	{"hook", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return pod(d, func(c *corev1.Container) {
			c.Lifecycle = &corev1.Lifecycle{PreStop: &corev1.LifecycleHandler{Exec: exec("sh", "-c", n+"="+shellQuote(v)+" drain")}}
		}, "lifecycle.preStop.exec.command[2]", n)
	}},
	{"property of Java in env", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		if strings.ContainsAny(v, " ") {
			v = shellQuote(v)
		}
		return pod(d, func(c *corev1.Container) {
			c.Env = []corev1.EnvVar{{Name: "JAVA_OPTS", Value: "-Xmx1g -D" + dotted(n) + "=" + shellQuote(v) + " -Dx=y"}}
		}, "env[0].value", dotted(n))
	}},
	{"annotation", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		path := "metadata.annotations[corp.io/" + n + "]"
		return d.Inspect(path, "corp.io/"+n, v), path, "corp.io/" + n
	}},
	{"value of a ConfigMap", func(d *Detector, n, v string) ([]model.Exposure, string, string) { return entry(d, n, "", n, v) }},
	{"JSON", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "config.json", ".app.list[1]."+n, n, `{"a":1,"app":{"list":[{},{"x":null,`+quote(n)+`: `+quote(v)+`}]},"z":"end"}`)
	}},
	{"JSON of name and value", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "task.json", ".env[0].value", n, `{"env":[{"name":`+quote(n)+`,"value":`+quote(v)+`}]}`)
	}},
	{"JSON in JSON", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "outer", ".inner."+n, n, `{"inner":`+quote(`{`+quote(n)+`:`+quote(v)+`}`)+`}`)
	}},
	{"YAML", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.yaml", ".spring.list[1]."+n, n, "# c\nspring:\n  list:\n  - a: b\n  - c: d\n    "+n+": "+quote(v)+"\n  x: y\n")
	}},
	{"YAML of name and value", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "pod.yaml", ".spec.env[1].value", n, "spec:\n  env:\n    - name: A\n      value: b\n    - name: "+n+"\n      value: "+quote(v)+"\n")
	}},
	{"properties in YAML", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "values.yaml", ".config.body:2", dotted(n), "config:\n  body: |\n    a=b\n    "+dotted(n)+"="+v+"\n    c=d\n")
	}},
	{".env", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.env", ":3", n, "# c\nA=b\n"+n+"="+v+"\nC=d\n")
	}},
	{"quoted .env", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.env", ":2", n, "A=b\nexport "+n+"=\""+v+"\"\nC=d\n")
	}},
	{"properties", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.properties", ":2", dotted(n), "a.b = c\n"+dotted(n)+" = "+v+"\n")
	}},
	{"INI", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.ini", ":4", strings.ToLower(n), "[main]\nx=1\n[db]\n"+strings.ToLower(n)+" = "+v+"\n")
	}},
	{"TOML", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.toml", ":3", strings.ToLower(n), "[db]\nport = 5432\n"+strings.ToLower(n)+" = \""+v+"\" # c\n")
	}},
	{"XML", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "web.config", ":2", n, "<a>\n<add key=\""+n+"\" value=\""+v+"\" />\n</a>")
	}},
	{"kubectl's copy of a pod", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		path := "metadata.annotations[" + corev1.LastAppliedConfigAnnotation + "]"
		body := `{"apiVersion":"apps/v1","kind":"Deployment","spec":{"template":{"spec":{"containers":[{"env":[{"name":` + quote(n) + `,"value":` + quote(v) + `}],"image":"a"}]}}}}` + "\n"
		return d.Inspect(path, corev1.LastAppliedConfigAnnotation, body), path + ".spec.template.spec.containers[0].env[0].value", n
	}},
	{"kubectl's copy of a ConfigMap", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		path := "metadata.annotations[" + corev1.LastAppliedConfigAnnotation + "]"
		body := `{"apiVersion":"v1","data":{"app.env":` + quote("A=b\n"+n+"="+v+"\n") + `},"kind":"ConfigMap"}` + "\n"
		return d.Inspect(path, corev1.LastAppliedConfigAnnotation, body), path + ".data[app.env]:2", n
	}},
	{"base64 of .env", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "blob", ":2", n, base64.StdEncoding.EncodeToString([]byte("LOG=debug\n"+n+"="+v+"\nC=d\n")))
	}},
	{"document of one line", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.yaml", ".app."+n, n, "app: {mode: prod, "+n+": "+quote(v)+"}\n")
	}},
	{"braces on one line", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "app.yaml", ".app.db."+n, n, "{app: {mode: prod, db: {"+n+": '"+strings.ReplaceAll(v, "'", "''")+"'}}}")
	}},
	{"map in braces in a list", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "values.yaml", ".env[1].value", n, "env:\n- {name: A, value: b}\n- {name: "+n+", value: "+quote(v)+"}\n")
	}},
	{"braces over several lines", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "values.yaml", ".db."+n, n, "mode: prod\ndb: {\n  host: x,\n  "+n+": "+quote(v)+"\n}\n")
	}},
	{"list of one line", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "env", "[0].value", n, "- {name: "+n+", value: "+quote(v)+"}\n")
	}},
	{"JavaScript on one line", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "config.js", ".db."+n, n, "module.exports = { port: 80, db: { "+n+": "+quote(v)+" } };\n")
	}},
	{"array of PHP", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		return entry(d, "config.php", ":2", n, "<?php\n$cfg['db']['"+n+"'] = "+quote(v)+";\nreturn $cfg;\n")
	}},
	{"wrapped base64 of JSON", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		code := base64.StdEncoding.EncodeToString([]byte(`{"level":"debug",` + quote(n) + `:` + quote(v) + `}`))
		var b strings.Builder
		for len(code) > 60 {
			b.WriteString(code[:60] + "\n")
			code = code[60:]
		}
		return entry(d, "blob", "."+n, n, b.String()+code+"\n")
	}},
	{"base64 for URLs in YAML", func(d *Detector, n, v string) ([]model.Exposure, string, string) {
		code := base64.RawURLEncoding.EncodeToString([]byte("LOG=debug>?\n" + n + "=" + v + "\n"))
		return entry(d, "app.yaml", ".a.blob:2", n, "a:\n  blob: "+code+"\n")
	}},
}

func dotted(s string) string { return "app." + strings.ReplaceAll(strings.ToLower(s), "_", ".") }

// TestCorpus plants each credential in each place, and each value that is none, and goes through whole documents.
func TestCorpus(t *testing.T) {
	d := Default()
	yes, found, no, wrong := 0, 0, 0, 0
	for _, s := range samples(t, "true.yaml") {
		for _, p := range spots {
			if !s.in(p) {
				continue
			}
			yes++
			all, path, name := p.look(d, s.Name, s.Value)
			if len(all) == 0 {
				t.Logf("missed: %s %s in %s", s.Name, s.Value, p.what)
				continue
			}
			found++
			e := all[0]
			if e.Path != path || name != "" && e.Name != name || s.Rule != "" && e.Rule != s.Rule || len(all) > 1 {
				t.Errorf("%s in %s: got %d: %+v\nwant path %s, name %s, rule %s", s.Name, p.what, len(all), all, path, name, s.Rule)
			}
		}
	}
	for _, s := range samples(t, "false.yaml") {
		for _, p := range spots {
			if !s.in(p) {
				continue
			}
			no++
			if all, _, _ := p.look(d, s.Name, s.Value); len(all) > 0 {
				wrong++
				t.Errorf("%s (%s) in %s: got %+v", s.Name, s.Why, p.what, all)
			}
		}
	}
	for _, c := range documents(t) {
		all := c.look(d)
		switch {
		case c.Secret == "":
			if no++; len(all) > 0 {
				wrong++
				t.Errorf("%s: %q %q: got %+v", c.Name, c.Text, c.Command, all)
			}
		case len(all) == 0:
			yes++
			t.Logf("missed: %s: %q %q", c.Name, c.Text, c.Command)
		default:
			yes++
			found++
			if all[0].Print != d.Print(c.Secret) || len(all) > 1 {
				t.Errorf("%s: %q %q: got %+v", c.Name, c.Text, c.Command, all)
			}
		}
	}
	recall, falsehood := float64(found)/float64(yes), float64(wrong)/float64(no)
	t.Logf("recall %.2f%% of %d, false positives %.2f%% of %d", recall*100, yes, falsehood*100, no)
	if yes+no < 300 || recall < 0.98 || falsehood > 0.02 {
		t.Error("goal missed")
	}
}

// document is a text as somebody has written it, or a command, and the one credential in it, for which § stands, if there is one.
type document struct {
	Name, Text, Secret string
	Command            []string
}

func documents(t testing.TB) []document {
	t.Helper()
	data, err := os.ReadFile("testdata/documents.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var all []document
	if err := yaml.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	for i := range all {
		all[i].Secret = fill(all[i].Secret)
		all[i].Text = fill(strings.ReplaceAll(all[i].Text, "§", all[i].Secret))
		for n := range all[i].Command {
			all[i].Command[n] = strings.ReplaceAll(all[i].Command[n], "§", all[i].Secret)
		}
	}
	return all
}

func (c document) look(d *Detector) []model.Exposure {
	if len(c.Command) > 0 {
		return d.Pod(&corev1.PodSpec{Containers: []corev1.Container{{Command: c.Command[:1], Args: c.Command[1:]}}})
	}
	return d.Inspect("data["+c.Name+"]", c.Name, c.Text)
}
