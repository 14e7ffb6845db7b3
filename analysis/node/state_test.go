package node

import (
	"crypto/x509/pkix"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"canopy/model"
	"canopy/model/record"
)

// TestDrift compares the nodes of a pool, by count, and forgets none that comes or goes.
func TestDrift(t *testing.T) {
	const pool = "karpenter.sh/nodepool: general"
	w := newWard(t, "v1.37.2")
	w.put(machine{name: "a", labels: pool, kernel: "6.8.0-71-generic"}.String())
	if v := w.verdict("a", Drift); v.State != OK || v.Detail != "alone in pool general" {
		t.Errorf("%+v", v)
	}
	w.put(machine{name: "b", labels: pool}.String(), machine{name: "c", labels: "x/pool: general", kernel: "6.8.0-99-generic"}.String(), machine{name: "m", labels: "node-role.kubernetes.io/control-plane: '', " + pool, kernel: "6.8.0-99-generic"}.String())
	if v := w.verdict("a", Drift); v.State != Due || v.Detail != "in pool general kernel 6.8.0-71-generic is behind 6.8.0-94-generic" {
		t.Errorf("%+v", v)
	}
	if v := w.verdict("a", Reboot); v.State != Due || !strings.Contains(v.Detail, "a newer kernel runs on others of its pool under the same system") {
		t.Errorf("%+v", v)
	}
	if got := w.short(); !slices.Equal(got, []string{"VP07 Node/a medium"}) {
		t.Errorf("%q", got)
	}
	// A kernel of another kind is not older, and is told where it is alone.
	w.put(machine{name: "d", labels: pool, kernel: "6.8.0-1021-aws"}.String(), machine{name: "e", labels: pool, os: "Debian GNU/Linux 13 (trixie)", kernel: "6.12.1-1-amd64"}.String())
	if v := w.verdict("d", Drift); v.State != Due || !strings.Contains(v.Detail, "kernel 6.8.0-1021-aws is of another kind than most have") {
		t.Errorf("%+v", v)
	}
	if v := w.verdict("e", Drift); v.State != Due || !strings.Contains(v.Detail, "system Debian GNU/Linux 13 (trixie) is of another kind") {
		t.Errorf("%+v", v)
	}
	if w.out.findings["VP07//Node//d"] != nil || w.out.findings["VP07//Node//e"] != nil {
		t.Errorf("%q", w.short())
	}
	w.take(model.Drop(model.KindByName("Node").Ref("", "b")))
	w.flush()
	if v := w.verdict("a", Drift); strings.Contains(v.Detail, "behind") || w.a.Len() != 0 {
		t.Errorf("%+v %q", v, w.short())
	}
	if w.a.Node("b") != nil || len(w.a.Nodes()) != 5 {
		t.Errorf("%v", w.a.Nodes())
	}
}

// TestReboot reads what kured writes, as it writes it: both annotations when a reboot is wanted, and one of them is never taken back.
func TestReboot(t *testing.T) {
	w := newWard(t, "v1.37.2")
	both := rebootNeeded + ": '2026-11-23T01:00:00Z', " + rebootProgress + ": '2026-11-23T01:00:00Z'"
	m := machine{name: "a", annotations: both}
	w.put(m.String())
	asks := "a reboot is asked for since 2026-11-23, or under way"
	if v := w.verdict("a", Reboot); v.State != Due || !strings.HasPrefix(v.Detail, asks+"; up since 2026-01-05 at the latest") {
		t.Errorf("%+v", v)
	}
	if got := w.short(); !slices.Equal(got, []string{"VP07 Node/a medium"}) {
		t.Errorf("%q", got)
	}
	// On the way there are others: data gets old.
	for due := time.Date(2026, 11, 30, 1, 0, 0, 0, time.UTC); w.clock.at.Before(due); {
		if w.clock.at = w.a.Next(); w.clock.at.After(due) {
			t.Fatalf("next %s", w.clock.at)
		}
		w.a.Tick()
		w.flush()
	}
	if v := w.verdict("a", Reboot); v.State != Overdue {
		t.Errorf("%+v", v)
	}
	// It boots, which is seen, and kured has not spoken yet.
	m.boot, m.ready = "b2", "{type: Ready, status: 'True', lastTransitionTime: '2026-11-30T00:30:00Z'}"
	w.put(m.String())
	if v := w.verdict("a", Reboot); !strings.HasPrefix(v.Detail, asks+"; the node was seen to boot since, on 2026-11-30; up since") {
		t.Errorf("%+v", v)
	}
	if at := w.a.Node("a").Booted; at != w.clock.at.Unix() {
		t.Errorf("booted %d", at)
	}
	if got := w.short(); !slices.Equal(got, []string{"VP07 Node/a medium"}) {
		t.Errorf("%q: a finding that only who has seen the boot takes back", got)
	}
	// kured takes one annotation back.
	m.annotations = rebootNeeded + ": '2026-11-23T01:00:00Z'"
	w.put(m.String())
	if v := w.verdict("a", Reboot); v.State != OK || !strings.HasPrefix(v.Detail, "none is asked for; last asked for on 2026-11-23; the node was seen to boot since, on 2026-11-30; up since") || w.a.Len() != 0 {
		t.Errorf("%+v %q", v, w.short())
	}
	if v := w.anew().verdict("a", Reboot); v.State != OK || !strings.HasPrefix(v.Detail, "none is asked for; last asked for on 2026-11-23; up since") {
		t.Errorf("%+v", v)
	}
	for _, c := range []struct {
		annotations string
		state       State
		says        string
		found       int
	}{
		{"", NoData, "nothing tells whether a reboot waits", 0},
		{rebootNeeded + ": soon", OK, "none is asked for; when it was last asked for cannot be read", 0},
		{rebootProgress + ": soon", Due, "a reboot is asked for, or under way", 1},
		{rebootProgress + ": '2026-11-29T01:00:00Z'", Due, "a reboot is asked for since 2026-11-29, or under way", 1},
	} {
		m := machine{name: "b", annotations: c.annotations, labels: "x/pool: p"}
		w.put(m.String())
		if v := w.verdict("b", Reboot); v.State != c.state || !strings.HasPrefix(v.Detail, c.says) || w.a.Len() != c.found {
			t.Errorf("%q: %+v %q", c.annotations, v, w.short())
		}
	}
	// A kernel behind its pool hints at one that nobody asks for any more.
	w.put(machine{name: "b", labels: "x/pool: p"}.String(), machine{name: "c", labels: "x/pool: p", kernel: "6.8.0-71-generic", annotations: rebootNeeded + ": '2026-11-23T01:00:00Z'"}.String())
	if v := w.verdict("c", Reboot); v.State != Due || !strings.Contains(v.Detail, "a reboot may wait: inferred; last asked for on 2026-11-23") {
		t.Errorf("%+v", v)
	}
}

// TestReady waits for a day, and says so where nothing tells since when.
func TestReady(t *testing.T) {
	for _, c := range []struct {
		m     machine
		state State
		says  string
		found string
	}{
		{machine{}, OK, "ready, and takes pods", ""},
		{machine{ready: "{type: Ready, status: 'False', lastTransitionTime: '2026-11-26T08:00:00Z'}"}, Due, "not ready since 2026-11-26", ""},
		{machine{ready: "{type: Ready, status: 'Unknown', lastTransitionTime: '2026-11-25T12:00:00Z'}"}, Overdue, "not heard of since 2026-11-25", "VP09 Node/a medium"},
		{machine{ready: "{type: Ready, status: 'False'}"}, Due, "since when is not told", "VP09 Node/a medium unknown"},
		{machine{ready: "{type: Other, status: 'True'}"}, NoData, "says nothing of its condition", ""},
		{machine{spec: "unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule, timeAdded: '2026-11-20T08:00:00Z'}]"}, Overdue, "cordoned since 2026-11-20", "VP09 Node/a medium"},
		{machine{spec: "unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule, timeAdded: '2026-11-26T08:00:00Z'}]"}, Due, "cordoned since 2026-11-26", ""},
		{machine{spec: "unschedulable: true"}, Due, "cordoned, since when is not told", "VP09 Node/a medium unknown"},
		{machine{ready: "{type: Ready, status: 'Unknown', lastTransitionTime: '2027-11-20T08:00:00Z'}"}, Due, "since when is not known: the node tells 2027-11-20, which is to come", "VP09 Node/a medium unknown"},
		{machine{spec: "unschedulable: true, taints: [{key: node.kubernetes.io/unschedulable, effect: NoSchedule, timeAdded: '2027-11-20T08:00:00Z'}]"}, Due, "cordoned, since when is not known: 2027-11-20 stands there", "VP09 Node/a medium unknown"},
		{machine{spec: "taints: [{key: x, value: z, effect: NoSchedule}]"}, OK, "ready; taint x:NoSchedule keeps pods away that do not tolerate it", ""},
		{machine{spec: "taints: [{key: x, effect: PreferNoSchedule}]"}, OK, "ready, and takes pods", ""},
		{machine{spec: "taints: [{key: node.kubernetes.io/out-of-service, effect: NoExecute}]"}, Due, "is given up: taint node.kubernetes.io/out-of-service:NoExecute", ""},
		{machine{ready: "{type: Ready, status: 'True', lastTransitionTime: '2026-01-05T10:01:00Z'}, {type: DiskPressure, status: 'True', lastTransitionTime: '2026-11-01T08:00:00Z'}"}, Due, "DiskPressure since 2026-11-01", ""},
	} {
		c.m.name = "a"
		w := newWard(t, "v1.37.2").put(c.m.String())
		v := w.verdict("a", Ready)
		if got := strings.Join(w.short(), " "); v.State != c.state || !strings.Contains(v.Detail, c.says) || got != c.found {
			t.Errorf("%+v: %+v %q", c.m, v, got)
		}
	}
	// A cordon that nothing dates is not younger than the last change of the spec.
	w := newWard(t, "v1.37.2")
	r := read(t, machine{name: "a", spec: "unschedulable: true"}.String())[0].(interface {
		model.Record
		LastWritten() (string, int64)
	})
	setChanged(r, time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC))
	w.take(model.Put(r))
	w.flush()
	if v := w.verdict("a", Ready); v.State != Overdue || !strings.Contains(v.Detail, "since 2026-11-24 or before") {
		t.Errorf("%+v", v)
	}
}

// TestConfig prefers what a kubelet has said to what kubeadm gives to all.
func TestConfig(t *testing.T) {
	w := newWard(t, "v1.37.2").put(machine{name: "a"}.String(), machine{name: "b"}.String())
	if v := w.verdict("a", Config); v.State != NoData || v.Detail != ask {
		t.Errorf("%+v", v)
	}
	common := func(text string) string {
		return "kind: ConfigMap\nmetadata: {name: kubelet-config, namespace: kube-system, creationTimestamp: '2026-02-01T00:00:00Z'}\ndata:\n  kubelet: '" + strings.Replace(text, "{", "{apiVersion: kubelet.config.k8s.io/v1beta1, kind: KubeletConfiguration, ", 1) + "'"
	}
	for _, c := range []struct {
		text  string
		state State
		says  string
	}{
		{"{rotateCertificates: true}", OK, "no anonymous requests"},
		{"{}", Due, "certificates are not rotated"},
		{"{rotateCertificates: true, readOnlyPort: 10255}", Overdue, "the read-only port 10255 is open"},
		{"{rotateCertificates: true, authentication: {anonymous: {enabled: true}}}", Overdue, "anonymous requests are let in"},
		{"{rotateCertificates: true, authorization: {mode: AlwaysAllow}}", Overdue, "authorization is AlwaysAllow"},
		{"{rotateCertificates: true, protectKernelDefaults: false}", Due, "protectKernelDefaults is off"},
		{"{rotateCertificates: true, streamingConnectionIdleTimeout: 0s, eventRecordQPS: 0}", Due, "streaming connections never time out; events are not limited"},
		{"{rotateCertificates: true, streamingConnectionIdleTimeout: 4h0m0s, eventRecordQPS: 50}", OK, ""},
		{"[", NoData, ask},
		{"7", NoData, ask},
	} {
		w.put(common(c.text))
		if v := w.verdict("a", Config); v.State != c.state || !strings.Contains(v.Detail, c.says) || !strings.HasPrefix(v.Source, "ConfigMap") || v.Date != "2026-02-01" {
			t.Errorf("%s: %+v", c.text, v)
		}
	}
	yes := true
	w.take(model.Put(&record.KubeletFacts{Meta: facts0("a"), Config: record.KubeletConfig{Anonymous: &yes, RotateCertificate: &yes}}))
	w.take(model.Put(&record.KubeletFacts{Meta: facts0("b"), Failed: "the kubelet did not answer"}))
	w.flush()
	if v := w.verdict("a", Config); v.State != Overdue || v.Source != "the kubelet, asked" {
		t.Errorf("%+v", v)
	}
	if v := w.verdict("b", Config); v.State != NoData || !strings.Contains(v.Detail, "the kubelet was asked: the kubelet did not answer") {
		t.Errorf("%+v", v)
	}
	report := &record.Assessment{OfKind: "Node", OfName: "b", Scanned: 1764115200, Failed: []record.Check{{ID: "KCV0079", Title: "anonymous-auth", Severity: "critical"}}}
	report.Meta = record.Meta{Kind: model.KindByName("ClusterInfraAssessmentReport"), Name: "node-b"}
	w.take(model.Put(report))
	w.flush()
	if v := w.verdict("b", Config); v.State != Overdue || !strings.Contains(v.Detail, "KCV0079 anonymous-auth") || !strings.Contains(v.Source, "trivy-operator") {
		t.Errorf("%+v", v)
	}
	// Of two reports the newest counts, and once it is gone the other.
	newer := &record.Assessment{OfKind: "Node", OfName: "b", Scanned: 1764201600}
	newer.Meta = record.Meta{Kind: model.KindByName("ClusterInfraAssessmentReport"), Name: "node-b-2"}
	w.take(model.Put(newer))
	w.flush()
	if v := w.verdict("b", Config); v.State != NoData && strings.Contains(v.Detail, "KCV0079") {
		t.Errorf("%+v", v)
	}
	moved := *newer
	moved.OfName = "a"
	w.take(model.Put(&moved))
	w.flush()
	if v := w.verdict("b", Config); v.State != Overdue || !strings.Contains(v.Detail, "KCV0079") {
		t.Errorf("%+v", v)
	}
	if v := w.verdict("a", Config); !strings.Contains(v.Detail, "no check of trivy-operator failed") {
		t.Errorf("%+v", v)
	}
	// On version 1 by default, and allowed to be: nothing proves that it is not.
	w.put(machine{name: "a", os: "Amazon Linux 2"}.String(), common("{failCgroupV1: false}"))
	w.take(model.Drop(model.OwnKind("KubeletFacts").Ref("", "a")))
	w.flush()
	if v := w.verdict("a", CGroup); v.State != Overdue || !strings.Contains(v.Detail, "failCgroupV1 is off") {
		t.Errorf("%+v", v)
	}
	if v := w.verdict("b", CGroup); v.State != OK || !strings.Contains(v.Detail, "version 2 by default of Ubuntu 24.04") {
		t.Errorf("%+v", v)
	}
}

// TestCertificate reads the certificates that requests still hold.
func TestCertificate(t *testing.T) {
	w := newWard(t, "v1.37.2").put(machine{name: "a"}.String())
	if v := w.verdict("a", Certificate); v.State != NoData || v.Detail != "nothing tells it: requests of certificates, by which it would show, are kept for an hour" {
		t.Errorf("%+v", v)
	}
	from := w.clock.at.AddDate(0, -1, 0)
	w.put(request(t, "csr-1", "kubernetes.io/kube-apiserver-client-kubelet", "system:node:a", from, from.AddDate(1, 0, 0)))
	if v := w.verdict("a", Certificate); v.State != OK || v.Detail != "client certificate good until 2027-10-26" {
		t.Errorf("%+v", v)
	}
	w.put(request(t, "csr-2", "kubernetes.io/kubelet-serving", "system:node:a", from.AddDate(-1, 0, 0), w.clock.at.AddDate(0, 0, 20)))
	if v := w.verdict("a", Certificate); v.State != Due || !strings.Contains(v.Detail, "serving certificate ends on 2026-12-16") {
		t.Errorf("%+v", v)
	}
	w.clock.at = w.clock.at.AddDate(0, 0, 20)
	if next := w.a.Next(); next.After(w.clock.at) {
		t.Errorf("next %s", next)
	}
	w.a.Tick()
	w.flush()
	if v := w.verdict("a", Certificate); v.State != Overdue {
		t.Errorf("%+v", v)
	}
	w.put(request(t, "csr-3", "example.com/other", "system:node:a", from, from.AddDate(9, 0, 0)), request(t, "csr-4", "kubernetes.io/kubelet-serving", "someone", from, from.AddDate(9, 0, 0)))
	w.take(model.Drop(model.KindByName("CertificateSigningRequest").Ref("", "csr-1")))
	w.take(model.Drop(model.KindByName("CertificateSigningRequest").Ref("", "csr-2")))
	w.flush()
	if v := w.verdict("a", Certificate); v.State != NoData {
		t.Errorf("%+v", v)
	}
	w.cover(model.Coverage{Kind: requests, State: model.Denied, Reason: "not permitted"})
	w.flush()
	if v := w.verdict("a", Certificate); v.Detail != "not known: CertificateSigningRequest denied: not permitted" {
		t.Errorf("%+v", v)
	}
}

func request(t testing.TB, name, signer, user string, from, to time.Time) string {
	t.Helper()
	der := certificateDER(t, pkix.Name{CommonName: user}, from, to)
	text := base64.StdEncoding.EncodeToString(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	return fmt.Sprintf("apiVersion: certificates.k8s.io/v1\nkind: CertificateSigningRequest\nmetadata: {name: %s}\nspec: {signerName: %s, username: %s}\nstatus: {certificate: %s}", name, signer, user, text)
}
