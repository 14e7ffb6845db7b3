package main

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"canopy/cmd/canopy/output"
)

// screens goes to all that the dashboard shows of nodes.
func (c *canaries) screens(namespace string, asking bool) map[string]string {
	t, seen := c.t, map[string]string{}
	t.Helper()
	folder := t.TempDir()
	s := start(t, opening{width: 200, height: 200, folder: folder}, append(c.of, "--log-file", filepath.Join(c.dir, "log"), "--log-level", "debug")...)
	look := func(name string, words ...string) {
		t.Helper()
		if len(words) > 0 {
			s.shows(words...)
		}
		seen["the screen "+name] = s.emulator.String()
	}
	s.shows("canopy", "live ●")
	s.press("7")
	look("nodes", c.planted.Node, "v1.31.0")
	if asking {
		s.until("the question", func(screen string) bool {
			// Whether this user may is asked first.
			if !strings.Contains(screen, "ask kubelets?") {
				s.press("O")
			}
			return strings.Contains(s.emulator.String(), "ask kubelets?")
		})
		s.press("all nodes", "\r")
		s.says("kubelets asked: what they say stands under the topic config")
	}
	s.press("/", "node:"+c.planted.Node, "\r", "g")
	look("a node beside the list", "POOL", "workers")
	s.press("\r")
	look("verdicts", "[verdicts]")
	s.press("/", "topic:config", "\r", "c")
	look("the verdict on the configuration", "config")
	s.press("/", "\x15", "\r", "t")
	look("pods of a node", "[pods]")
	s.press("t")
	look("drain", "[drain]")
	s.press(escape, "/", "\x15", "\r", "t")
	look("plan", "[plan]")
	s.press("c", "t")
	look("usage", c.planted.Node, "1 of 4")
	s.press("c", "t")
	look("data", "[data]")
	for object, kind := range map[string]string{
		"kube-system/ConfigMap/kubelet-config": "ConfigMap", "kube-system/ConfigMap/kube-proxy": "ConfigMap", "Node/" + c.planted.Node: "Node", "CertificateSigningRequest/planted": "CertificateSigningRequest",
		"ClusterInfraAssessmentReport/node-" + c.planted.Node: "ClusterInfraAssessmentReport", "kube-system/InfraAssessmentReport/pod-apiserver": "InfraAssessmentReport",
		namespace + "/Secret/versioned": "Secret", namespace + "/PodDisruptionBudget/versioned": "PodDisruptionBudget", namespace + "/PodDisruptionBudget/spoilt": "PodDisruptionBudget",
		namespace + "/PodDisruptionBudget/broken": "PodDisruptionBudget",
	} {
		s.press(":go " + object + "\r")
		look(object, "kind: "+kind)
		s.press("y")
		s.until("the copy of "+object, func(screen string) bool {
			// The text is read anew now and then.
			if !onLine(screen, "sent to the clipboard: ") {
				s.press("c")
			}
			return onLine(s.emulator.String(), "sent to the clipboard: ")
		})
	}
	s.press("2", "/", "rule:VP", "\r")
	look("findings of patching", "VP0")
	s.answer("x", "export ", "all.json")
	s.says(" findings to all.json")
	s.press("/", "\x15", "\r")
	data, err := os.ReadFile(filepath.Join(folder, "all.json"))
	if err != nil {
		t.Fatal(err)
	}
	seen["the file all.json"] = string(data)
	var d output.Document
	if err := json.Unmarshal(data, &d); err != nil {
		t.Fatal(err)
	}
	for _, f := range d.Report.Findings {
		if strings.HasPrefix(f.Rule, "VP") {
			s.press(":finding " + f.ID + "\r")
			look(f.ID, "findings ›", f.Rule)
		}
	}
	s.press("1")
	look("overview", "FIX FIRST")
	s.quit()
	seen["all that was drawn"] = s.raw()
	copies := regexp.MustCompile(`\x1b\]52;c;([A-Za-z0-9+/=]*)`).FindAllStringSubmatch(s.raw(), -1)
	for i, m := range copies {
		held, err := base64.StdEncoding.DecodeString(m[1])
		if err != nil {
			t.Fatal(err)
		}
		seen[fmt.Sprint("the clipboard, copy ", i)] = string(held)
	}
	if len(copies) < 10 {
		t.Errorf("%d copies", len(copies))
	}
	return seen
}
