package main

import (
	"archive/tar"
	"bytes"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"
)

// payloads are texts that would act on whoever looks at them: they set the title, the clipboard, the colours and the modes
// of a terminal, ask it for answers that it would type, turn the order of characters round, hide, break lines and cells, and
// some are no text at all. Each holds the word "payload".
func payloads() []string {
	return []string{
		"\x1b]0;payload\x07\x1b]52;c;cGF5bG9hZA==\x07payload", "\x1b[31;47mpayload\x1b[2J\x1b[?1049l\x1b[?25l", "payload\x1b[6n\x1bP$qm\x1b\\\x1b]8;;http://payload.example\x1b\\",
		"payload\u009b31m\u009d0;payload\u009c", "\u202edaolyap\u202cpayload\u2066\u200f\u061c\u200b\ufeff\u00ad\U000e0041", "pay\rload\npayload\x00\x08\x7f",
		"payload\u2028\u2029\u0085" + strings.Repeat("\u0301", 50), "payload\x9b31m\x9d0;x\x9c\xff\xfe\xc3",
		"payload 世界 \U0001f469\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \uff21 \u2764\ufe0f \u0e33",
	}
}

// hostile is a cluster that an attacker has written: a payload in every place where text can stand, behind names that
// can be found again.
func hostile(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for i, p := range payloads() {
		plain := string(rune('a'+i)) + "-name"
		var documents []any
		add := func(apiVersion, kind string, meta, more map[string]any) {
			o := map[string]any{"apiVersion": apiVersion, "kind": kind, "metadata": meta}
			for k, v := range more {
				o[k] = v
			}
			documents = append(documents, o)
		}
		template := map[string]any{
			"metadata": map[string]any{"labels": map[string]any{"app": p, p: "x"}, "annotations": map[string]any{p: p, "kubectl.kubernetes.io/last-applied-configuration": p}},
			"spec": map[string]any{
				"serviceAccountName": p, "hostPID": true, "nodeName": p, "hostname": p, "priorityClassName": p,
				"securityContext": map[string]any{"sysctls": []any{map[string]any{"name": p, "value": p}}, "seLinuxOptions": map[string]any{"user": p}},
				"volumes":         []any{map[string]any{"name": p, "hostPath": map[string]any{"path": "/" + p}}, map[string]any{"name": "s", "secret": map[string]any{"secretName": p}}},
				"containers": []any{map[string]any{
					"name": p, "image": p, "command": []any{p}, "args": []any{"--password=" + p},
					"env":           []any{map[string]any{"name": p, "value": p}, map[string]any{"name": "PASSWORD", "value": p}},
					"volumeMounts":  []any{map[string]any{"name": p, "mountPath": p}},
					"livenessProbe": map[string]any{"httpGet": map[string]any{"host": p, "port": 80}},
					"securityContext": map[string]any{"privileged": true, "capabilities": map[string]any{"add": []any{p}},
						"seccompProfile": map[string]any{"type": p, "localhostProfile": p}, "appArmorProfile": map[string]any{"type": p}},
				}},
			},
		}
		deployment := map[string]any{"spec": map[string]any{"selector": map[string]any{"matchLabels": map[string]any{"app": p}}, "template": template}}
		// Names that no server takes, and such as it takes around texts that it takes too.
		for _, name := range []string{p, plain} {
			add("apps/v1", "Deployment", map[string]any{"name": name, "namespace": map[string]string{p: p, plain: "shop"}[name], "annotations": map[string]any{"a": p}, "labels": map[string]any{"app.kubernetes.io/managed-by": p}}, deployment)
			add("v1", "Pod", map[string]any{"name": name, "namespace": "shop", "annotations": template["metadata"].(map[string]any)["annotations"]}, map[string]any{"spec": template["spec"]})
			add("v1", "Namespace", map[string]any{"name": name, "labels": map[string]any{"pod-security.kubernetes.io/enforce": p, "pod-security.kubernetes.io/enforce-version": p}}, nil)
			add("v1", "Pod", map[string]any{"name": name, "namespace": plain, "ownerReferences": []any{map[string]any{"apiVersion": p, "kind": p, "name": p, "uid": p, "controller": true}}}, map[string]any{"spec": template["spec"]})
			add("rbac.authorization.k8s.io/v1", "RoleBinding", map[string]any{"name": name, "namespace": "shop"}, map[string]any{
				"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": p},
				"subjects": []any{map[string]any{"kind": "ServiceAccount", "name": "default", "namespace": "shop"}, map[string]any{"kind": "User", "name": p}}})
			add("rbac.authorization.k8s.io/v1", "ClusterRole", map[string]any{"name": name}, map[string]any{"rules": []any{map[string]any{"apiGroups": []any{p}, "resources": []any{p}, "verbs": []any{p}}}})
		}
		add(p, p, map[string]any{"name": p}, map[string]any{p: p})
		// What tells of images and credentials: each payload is a name, a key and a value here.
		labels := map[string]any{"trivy-operator.container.name": p, "trivy-operator.resource.kind": "Pod", "trivy-operator.resource.name": plain, "trivy-operator.resource.namespace": "shop"}
		add("aquasecurity.github.io/v1alpha1", "VulnerabilityReport", map[string]any{"name": p, "namespace": "shop", "labels": labels}, map[string]any{"report": map[string]any{
			"updateTimestamp": p, "scanner": map[string]any{"name": p, "version": p}, "registry": map[string]any{"server": p}, "os": map[string]any{"family": p, "name": p},
			"artifact": map[string]any{"repository": p, "tag": p, "digest": p}, "summary": map[string]any{"criticalCount": 1}}})
		add("spdx.softwarecomposition.kubescape.io/v1beta1", "VulnerabilityManifest", map[string]any{"name": plain, "namespace": "shop", "annotations": map[string]any{"kubescape.io/status": p, "kubescape.io/image-id": p,
			"kubescape.io/wlid": "wlid://cluster-c/namespace-shop/pod-" + plain}}, nil)
		add("v1", "Secret", map[string]any{"name": p, "namespace": "shop", "annotations": map[string]any{"password": p + "hunter2-prod"}}, map[string]any{"type": p, "stringData": map[string]any{p: p}})
		add("v1", "ConfigMap", map[string]any{"name": p, "namespace": "shop"}, map[string]any{"data": map[string]any{p + "_PASSWORD": "hunter2-prod", "a.json": `{"` + "payload" + `":{"password":"hunter2-prod"}}`}})
		add("cert-manager.io/v1", "Certificate", map[string]any{"name": p, "namespace": "shop"}, map[string]any{"spec": map[string]any{"secretName": p}, "status": map[string]any{"notAfter": p}})
		add("v1", "Pod", map[string]any{"name": "runs-" + plain, "namespace": "shop"}, map[string]any{"spec": map[string]any{"containers": []any{map[string]any{"name": "c", "image": p}}, "imagePullSecrets": []any{map[string]any{"name": p}}},
			"status": map[string]any{"phase": "Running", "containerStatuses": []any{map[string]any{"name": "c", "image": p, "imageID": p, "state": map[string]any{"running": map[string]any{}}}}}})
		add("v1", "Pod", map[string]any{"name": "bad"}, map[string]any{"spec": p, p: p})
		var text bytes.Buffer
		for _, d := range documents {
			line, err := json.Marshal(d)
			if err != nil {
				t.Fatal(err)
			}
			// The encoder has made invalid bytes visible; here they are back.
			text.Write(bytes.ReplaceAll(line, []byte(`\ufffd`), []byte("\xff")))
			text.WriteByte('\n')
		}
		if err := os.WriteFile(filepath.Join(dir, plain+".json"), text.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	// A file whose name is a payload, and an archive of such, with documents that are wrong.
	bad := []byte("kind: [\x1b]0;payload\x07\n---\n\x1b[31mpayload\x1b[0m: {\n---\n\"payload\\u202e\": 1\n\"payload\\u202e\": 2\n")
	if err := os.WriteFile(filepath.Join(dir, "\x1b]0;payload\x07\u202e\xff.yaml"), bad, 0o600); err != nil {
		t.Fatal(err)
	}
	var packed bytes.Buffer
	w := tar.NewWriter(&packed)
	for _, p := range payloads()[:8] {
		name := strings.ReplaceAll(p, "\x00", "") + ".yaml"
		if err := w.WriteHeader(&tar.Header{Name: name, Mode: 0o600, Size: int64(len(bad)), Typeflag: tar.TypeReg, Format: tar.FormatGNU}); err != nil {
			t.Fatal(err)
		}
		w.Write(bad)
	}
	if err := errors.Join(w.Close(), os.WriteFile(filepath.Join(dir, "names.tar"), packed.Bytes(), 0o600)); err != nil {
		t.Fatal(err)
	}
	return dir
}

// writeReports writes reports of scanners in which an attacker has chosen every text, and some that are none, into a folder.
func writeReports(dir string) error {
	var faults []error
	for i, p := range payloads() {
		digest := "sha256:" + strings.Repeat("ab", 32)
		trivy, err := json.Marshal(map[string]any{"SchemaVersion": 2, "ArtifactName": p, "ArtifactType": "container_image", "CreatedAt": p,
			"Metadata": map[string]any{"ImageID": p, "RepoTags": []any{p}, "RepoDigests": []any{p, "registry.example/x@" + digest}, "OS": map[string]any{"Family": p, "Name": p}},
			"Results":  []any{map[string]any{"Target": p, "Class": "os-pkgs", "Vulnerabilities": []any{map[string]any{"VulnerabilityID": p, "PkgName": p, "Severity": p, "Title": p}}}}})
		name := string(rune('a' + i))
		faults = append(faults, err, os.WriteFile(filepath.Join(dir, name+"-trivy.json"), trivy, 0o600), os.WriteFile(filepath.Join(dir, name+"-none.json"), []byte(p), 0o600))
	}
	bad := []byte("{\"SchemaVersion\": 2, \"\x1b]0;payload\x07\": ")
	return errors.Join(append(faults, os.WriteFile(filepath.Join(dir, "\x1b]0;payload\x07\u202e\xff.json"), bad, 0o600))...)
}

// writeLong writes a capture with a long text in a few places: in all of them it would be a test of the machine.
func writeLong(t *testing.T, path string) {
	t.Helper()
	name, long := "long", strings.Repeat("payload-", 1<<17)+"x"
	text := "apiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: shop, annotations: {a: " + long + "}}\nspec:\n" +
		"  containers:\n  - {name: c, image: " + long + ", securityContext: {privileged: true, capabilities: {add: [" + long + "]}}}\n" +
		"---\napiVersion: v1\nkind: Namespace\nmetadata: {name: " + name + ", labels: {pod-security.kubernetes.io/enforce: " + long + "}}\n" +
		"---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + name + ", namespace: " + name + "}\nspec: {containers: [{name: c, image: i}]}\n" +
		"---\napiVersion: v1\nkind: Pod\nmetadata: {name: " + long + "}\n"
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// harmless finds what a terminal or a reader's eye would be led by; control sequences count unless they are allowed.
func harmless(s string) (what string, at int) {
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\ufffd"):
			return "invalid UTF-8", i
		case r == '\n' || r == '\t':
		case unicode.IsControl(r):
			return "a control character", i
		case unicode.Is(unicode.Bidi_Control, r):
			return "a bidirectional control", i
		case unicode.Is(unicode.Cf, r) || unicode.In(r, unicode.Other_Default_Ignorable_Code_Point):
			return "an invisible character", i
		}
	}
	return "", 0
}

func hold(t *testing.T, what, s string) {
	t.Helper()
	if bad, at := harmless(s); bad != "" {
		t.Errorf("%s has %s at %d of %d: %q", what, bad, at, len(s), s[max(0, at-100):min(len(s), at+60)])
	}
}

// TestHostileText runs every command on a cluster that an attacker has written.
func TestHostileText(t *testing.T) {
	dir, out := hostile(t), t.TempDir()
	long := filepath.Join(t.TempDir(), "long.yaml")
	writeLong(t, long)
	log := filepath.Join(out, "log")
	runs := [][]string{
		{"fix", "--all"}, {"fix", "--all", "-o", "json"}, {"fix", "--all", "--preview"}, {"fix", "--all", "--preview", "-o", "yaml"}, {"scan", "-n", payloads()[0]}, {"fix", payloads()[0]}, {"scan", "--rule", payloads()[2]}, {"scan", "--baseline", payloads()[0]}, {"rules", payloads()[4]}, {"access", payloads()[1] + ".yaml"}, {payloads()[4]}, {"scan", "--" + payloads()[3]},
		{"scan", "--context", payloads()[1]}, {"rules"}, {"scan", "-o", payloads()[4]}, {"scan", "--now", payloads()[3]},
	}
	for _, format := range []string{"table", "wide", "json", "yaml", "sarif", "junit", "csv"} {
		runs = append(runs, []string{"scan", "-o", format, "--log-file", log, "--log-level", "debug"})
	}
	reports := filepath.Join(t.TempDir(), "reports")
	if err := errors.Join(os.Mkdir(reports, 0o700), writeReports(reports)); err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{"table", "wide", "json", "yaml"} {
		runs = append(runs, []string{"images", "-o", format, "--reports", reports}, []string{"secrets", "-o", format, "--custom-resources", "--events"})
	}
	runs = append(runs, []string{"images", "--reports", payloads()[0]}, []string{"images", "--scan", "--scanner", payloads()[1]}, []string{"images", "--registry-allow", payloads()[4]}, []string{"secrets", "-n", payloads()[2]})
	for _, format := range []string{"table", "yaml", "csv"} {
		runs = append(runs, []string{"scan", "-o", format, "--out", filepath.Join(out, format)})
	}
	for i := range runs {
		if runs[i][0] != "rules" {
			runs[i] = append(runs[i], "-f", dir)
		}
	}
	for _, format := range []string{"table", "json"} {
		runs = append(runs, []string{"scan", "-o", format, "-f", long})
	}
	runs = append(runs, []string{"fix", "--all", "-f", long})
	for i := range payloads() {
		// Apart, since one text that no patch can hold spoils them all.
		file := filepath.Join(dir, string(rune('a'+i))+"-name.json")
		runs = append(runs, []string{"fix", "--all", "-f", file},
			[]string{"fix", "--all", "-f", file, "--out", filepath.Join(out, "fix", string(rune('a'+i)))})
	}
	patched, scanned, looked := 0, 0, 0
	for _, args := range runs {
		cmd := exec.Command(binary.path(t), args...)
		var told strings.Builder
		cmd.Stderr = &told
		start := time.Now()
		stdout, err := cmd.Output()
		name := "canopy " + strings.Join(args, " ")
		hold(t, name+": standard output", string(stdout))
		hold(t, name+": standard error", told.String())
		code := cmd.ProcessState.ExitCode()
		if code != 0 && code != 2 {
			t.Errorf("%.80q: exit status %d (%v)", name, code, err)
		}
		switch {
		case args[0] == "fix" && code == 0:
			patched++
		case args[0] == "scan" && code == 0:
			scanned++
		case (args[0] == "images" || args[0] == "secrets") && code == 0:
			looked++
		}
		if told.Len() > 1<<18 {
			t.Errorf("%.80q: %d bytes on standard error", name, told.Len())
		}
		t.Logf("%.110q: %s, %d, %.1f kB, standard error %.1f kB", name, time.Since(start).Round(time.Millisecond), code, float64(len(stdout))/1e3, float64(told.Len())/1e3)
	}
	if patched < 10 || scanned < 12 || looked < 8 {
		t.Errorf("only %d runs of fix, %d of scan and %d of images and secrets made anything", patched, scanned, looked)
	}
	if err := filepath.WalkDir(out, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		hold(t, "the name of "+path, filepath.Base(path))
		hold(t, path, string(text))
		return err
	}); err != nil {
		t.Fatal(err)
	}
}
