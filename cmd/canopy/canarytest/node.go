package canarytest

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/base64"
	"encoding/pem"
	"strings"
)

// Machines is what tells of nodes and versions, with a credential wherever it can hold one.
type Machines struct {
	Values *Values
	// Objects come in the order in which a server takes them. Reports are of kinds that somebody has to define first, and say that they are
	// of the node named Node.
	Objects, Reports []Object
	Node             string
	// Configz is what a kubelet answers that is asked for its configuration, Broken and Odd what it would not start with.
	Configz, Broken, Odd string
}

const systemNamespace = "kube-system"

// PlantMachines makes objects of the cluster, of kube-system, and of a namespace.
func PlantMachines(v *Values, namespace string) *Machines {
	m := &Machines{Values: v, Node: "planted"}
	m.configurations()
	m.node()
	m.request()
	m.versions(namespace)
	m.assessments()
	return m
}

func (m *Machines) add(apiVersion, kind, namespace, name string, annotations Object, more Object) {
	metadata := Object{"name": name, "annotations": annotations}
	if namespace != "" {
		metadata["namespace"] = namespace
	}
	o := Object{"apiVersion": apiVersion, "kind": kind, "metadata": metadata}
	for k, value := range more {
		o[k] = value
	}
	if strings.HasSuffix(kind, "AssessmentReport") {
		m.Reports = append(m.Reports, o)
		return
	}
	m.Objects = append(m.Objects, o)
}

// of are the annotations of an object: one of its own, and kubectl's copy of what was applied by an API version.
func (m *Machines) of(what, apiVersion string, copied Object) Object {
	all := Object{"apiVersion": apiVersion}
	for k, value := range copied {
		all[k] = value
	}
	return Object{applied: text(all), "example.com/api-token": m.Values.Of(what+": an annotation", "ghp_Ab12")}
}

// configurations are those of kubelets and of kube-proxy, as they stand in ConfigMaps, and as a kubelet gives them itself.
func (m *Machines) configurations() {
	v := m.Values
	fields := func(place string) Object {
		return Object{
			"apiVersion": "kubelet.config.k8s.io/v1beta1", "kind": "KubeletConfiguration", "readOnlyPort": 10255, "authorization": Object{"mode": "AlwaysAllow"},
			"authentication": Object{"anonymous": Object{"enabled": true}, "x509": Object{"clientCAFile": "/etc/kubernetes/pki/ca.crt"}, "bearerToken": v.Of(place+": a token below authentication", "")},
			"staticPodURL":   "https://boot:" + v.Of(place+": a URL", "") + "@boot.example/pods", "staticPodURLHeader": Object{"Authorization": []any{"Bearer " + v.Of(place+": a header", "")}},
			"bootstrapToken": v.Of(place+": an unknown field", ""), "unknown": Object{"list": []any{Object{"password": v.Of(place+": a list", "")}}},
		}
	}
	m.Configz = text(Object{"kubeletconfig": fields("configz")})
	m.Odd = text(Object{"kubeletconfig": Object{"readOnlyPort": v.Of("a number in configz", ""), "authorization": Object{"mode": v.Of("a text in configz", "")}}})
	m.Broken = `{"kubeletconfig": {"staticPodURLHeader": "` + v.Of("a broken configz", "") + `", ` + v.Of("a broken configz, outside of texts", "") + "}"
	headers := fields("the kubelet's ConfigMap")
	m.add("v1", "ConfigMap", systemNamespace, "kubelet-config", m.of("the kubelet's ConfigMap", "v1beta1", Object{"data": Object{"kubelet": v.Of("the copy of the kubelet's ConfigMap", "")}}), Object{
		"data": Object{"kubelet": text(headers), "api-token": v.Of("another value of the kubelet's ConfigMap", ""), "notes": "not: [yaml\npassword " + v.Of("what is no YAML in the kubelet's ConfigMap", "")},
	})
	m.add("v1", "ConfigMap", systemNamespace, "kube-proxy", Object{}, Object{"data": Object{
		"config.conf":     "apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\n",
		"kubeconfig.conf": "apiVersion: v1\nkind: Config\n---\nusers:\n- name: default\n  user:\n    token: " + v.Of("a token in kube-proxy's ConfigMap", "") + "\n    password: " + v.Of("a password in kube-proxy's ConfigMap", "") + "\n",
	}})
}

func (m *Machines) node() {
	m.add("v1", "Node", "", m.Node, m.of("a Node", "v1", Object{"spec": Object{"providerID": m.Values.Of("the copy of a Node", "")}}), Object{"status": Object{
		"conditions": []any{Object{"type": "Ready", "status": "True", "reason": "KubeletReady"}}, "allocatable": Object{"cpu": "4", "memory": "8Gi", "pods": "110"},
		"nodeInfo": Object{"kubeletVersion": "v1.31.0", "containerRuntimeVersion": "containerd://1.6.0", "kernelVersion": "5.10.0", "osImage": "Debian GNU/Linux 10 (buster)", "operatingSystem": "linux",
			"architecture": "amd64", "bootID": "b", "machineID": "m", "systemUUID": "s", "kubeProxyVersion": ""},
	}})
}

// request is a CertificateSigningRequest whose request holds more than it should.
func (m *Machines) request() {
	v := m.Values
	hidden := v.Of("an extension of a signing request", "")
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	var der []byte
	if err == nil {
		der, err = x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{Subject: pkix.Name{CommonName: "system:node:" + m.Node, Organization: []string{"system:nodes"}},
			ExtraExtensions: []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 3, 6, 1, 4, 1, 99999, 1}, Value: []byte(hidden)}}}, key)
	}
	if err != nil {
		v.t.Fatal(err)
	}
	block := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE REQUEST", Bytes: der})
	// It comes in base64 of base64, in lines: of each line the part counts that the value makes.
	at := bytes.Index(der, []byte(hidden))
	from, to := (at+2)/3*4, (at+len(hidden))/3*4
	for line := base64.StdEncoding.EncodeToString(der); from < to; from += 64 - from%64 {
		if part := line[from:min(to, from+64-from%64)]; len(part) >= 16 {
			v.Add("an extension of a signing request", part)
		}
	}
	m.add("certificates.k8s.io/v1", "CertificateSigningRequest", "", "planted", m.of("a signing request", "certificates.k8s.io/v1beta1", Object{"spec": Object{"request": v.Of("the copy of a signing request", "")}}), Object{
		"spec": Object{"signerName": "kubernetes.io/kube-apiserver-client-kubelet", "usages": []any{"digital signature", "client auth"}, "request": base64.StdEncoding.EncodeToString(block)},
	})
}

// versions are objects that were applied by versions that are gone. The version stands where it is looked for, and beside it, before it and in
// its place stand credentials.
func (m *Machines) versions(namespace string) {
	v := m.Values
	secret := v.Of("the copy of a Secret that names a version", "")
	m.add("v1", "Secret", namespace, "versioned", m.of("a Secret that names a version", "policy/v1beta1", Object{"kind": "Secret", "stringData": Object{"apiVersion": secret, "password": secret}}), Object{
		"type": "Opaque", "data": Object{"apiVersion": base64.StdEncoding.EncodeToString([]byte(v.Of("a key of a Secret that is called apiVersion", "")))},
	})
	budget := func(name, copied string) {
		m.add("policy/v1", "PodDisruptionBudget", namespace, name, Object{applied: copied}, Object{"spec": Object{"maxUnavailable": 0, "selector": Object{"matchLabels": Object{"app": "leaky"}}}})
	}
	budget("versioned", `{"annotations":{"apiVersion":"`+v.Of("what stands before a version", "")+`"},"apiVersion":"policy/v1beta1","token":"`+v.Of("what stands after a version", "")+`"}`)
	budget("spoilt", `{"apiVersion":"`+v.Of("what stands in the place of a version", "policy/v1")+`"}`)
	budget("broken", `{"a":["`+v.Of("a copy that is cut off", "")+`","apiVersion":"`+v.Of("a version that is cut off", ""))
}

// assessments are reports of trivy-operator on a node.
func (m *Machines) assessments() {
	v := m.Values
	report := func(of string) Object {
		check := func(id, title string) Object {
			return Object{"checkID": id, "title": title, "severity": "HIGH", "success": false, "category": "Kubernetes Security Check", "description": "described",
				"messages":    []any{"--token-auth-file holds " + v.Of(of+": a message of a check", "")},
				"remediation": "set another", "evidence": Object{"value": v.Of(of+": an unknown field of a check", "")}}
		}
		return Object{"report": Object{"updateTimestamp": "2026-11-20T00:00:00Z", "scanner": Object{"name": "Trivy", "vendor": "Aqua Security", "version": "0.70.0"}, "summary": Object{"highCount": 2},
			"checks": []any{check("KCV0077", "anonymous requests are served"), check("KCV0079", "anything is permitted")}}}
	}
	annotations := func(of string) Object {
		return m.of(of, "aquasecurity.github.io/v1alpha1", Object{"report": Object{"password": v.Of(of+": the copy", "")}})
	}
	m.add("aquasecurity.github.io/v1alpha1", "ClusterInfraAssessmentReport", "", "node-"+m.Node, annotations("a report on a node"), report("a report on a node"))
	last := m.Reports[len(m.Reports)-1]["metadata"].(Object)
	last["labels"] = Object{"trivy-operator.resource.kind": "Node", "trivy-operator.resource.name": m.Node}
	m.add("aquasecurity.github.io/v1alpha1", "InfraAssessmentReport", systemNamespace, "pod-apiserver", annotations("a report on a pod"), report("a report on a pod"))
}

// Metrics gives what a metrics API says of a node or a pod besides figures.
func (m *Machines) Metrics(of string) Object {
	v := m.Values
	return Object{"labels": Object{"app": "leaky", "token": v.Of("a label of metrics of "+of, "")}, "annotations": Object{"example.com/api-token": v.Of("an annotation of metrics of "+of, "ghp_Ab12")},
		"managedFields": []any{Object{"manager": v.Of("a manager of metrics of "+of, "")}}}
}

// Tables are files with credentials in their texts, by name: some from which newer tables are taken, and some that are none.
func (m *Machines) Tables() (taken, refused map[string]string) {
	v := m.Values
	endoflife := func(place string, release Object) string {
		all := Object{"name": "1.37", "label": v.Of(place+": a label", ""), "releaseDate": "2026-08-26", "isEol": false, "eolFrom": "2027-10-28", "latest": Object{"name": "1.37.9", "date": "2026-11-19", "link": "https://u:" + v.Of(place+": a link", "") + "@x.example"},
			"custom": Object{"password": v.Of(place+": an unknown field", "")}}
		for k, value := range release {
			all[k] = value
		}
		return text(Object{"schema_version": "1.2.0", "generated_at": "2026-11-20T00:00:00+00:00", "token": v.Of(place+": the head", ""), "result": Object{"name": "kubernetes", "label": v.Of(place+": the product", ""), "releases": []any{all}}})
	}
	taken = map[string]string{"endoflife.json": endoflife("tables", nil)}
	refused = map[string]string{
		"day.json":        endoflife("a file with no day", Object{"releaseDate": v.Of("where a day should be", "")}),
		"eol.yaml":        "branches:\n- release: " + v.Of("where a version should be", "") + "\n  finalPatchRelease: " + v.Of("where a patch should be", "") + "\n  endOfLifeDate: " + v.Of("where an end should be", "") + "\n",
		"cve.yaml":        "cve: CVE-2026-1\npublished: " + v.Of("where the day of a vulnerability should be", "") + "\naffected:\n- range: '" + v.Of("where a range should be", "") + "'\n",
		"cut.json":        endoflife("a file that is cut off", nil)[:200],
		"kubeconfig.yaml": "apiVersion: v1\nkind: Config\nusers:\n- name: admin\n  user:\n    token: " + v.Of("a kubeconfig", "") + "\n",
		"service.json":    text(Object{"type": "service_account", "private_key": v.PrivateKey("a file of a cloud"), "client_id": v.Of("a field of a file of a cloud", "")}),
		"prod.env":        "TOKEN=" + v.Of("an .env", "") + "\n",
		"plain.txt":       v.Of("a text", ""),
		"own.json":        text(Object{"canopyData": 1, "sha256": v.Of("where a sum should be", ""), "payload": Object{"token": v.Of("the payload of tables", "")}}),
		"version.json":    text(Object{"canopyData": v.Of("where a version of the form should be", ""), "payload": Object{}}),
		"feed.json":       text(Object{"id": v.Of("where the id of a vulnerability should be", ""), "schema_version": "1.6.0", "modified": v.Of("where a moment should be", ""), "affected": []any{Object{"package": Object{"name": v.Of("where a package should be", ""), "ecosystem": "Kubernetes"}}}}),
	}
	return taken, refused
}
