package canarytest

import (
	"encoding/json"
	"os"
	"strings"
)

// Write writes objects to a file, a line each.
func (p *Planted) Write(path string, lists ...[]Object) {
	p.Values.t.Helper()
	var lines strings.Builder
	for _, list := range lists {
		for _, o := range list {
			data, err := json.Marshal(o)
			if err != nil {
				p.Values.t.Fatal(err)
			}
			lines.Write(data)
			lines.WriteString("\n---\n")
		}
	}
	p.file(path, lines.String())
}

func (p *Planted) file(path, data string) {
	p.Values.t.Helper()
	if err := os.WriteFile(path, []byte(data), 0o600); err != nil {
		p.Values.t.Fatal(err)
	}
}

// Digest is that of the image that the reports are of.
const Digest = "sha256:1111111111111111111111111111111111111111111111111111111111111111"

// WriteTrivy writes what Trivy says of an image in whose environment and files there are credentials.
func (p *Planted) WriteTrivy(path string) {
	v := p.Values
	p.file(path, text(Object{
		"SchemaVersion": 2, "CreatedAt": "2026-11-23T11:00:00Z", "ArtifactName": "registry.example/leaky:1", "ArtifactType": "container_image",
		"Metadata": Object{"ImageID": "sha256:" + strings.Repeat("2", 64), "RepoTags": []any{"registry.example/leaky:1"}, "RepoDigests": []any{"registry.example/leaky@" + Digest},
			"ImageConfig": Object{"architecture": "amd64", "created": "2026-11-01T00:00:00Z", "config": Object{"Env": []any{"DB_PASSWORD=" + v.Of("the environment of a scanned image", "")}},
				"history": []any{Object{"created_by": "ENV TOKEN=" + v.Of("the history of a scanned image", "")}}}},
		"Results": []any{
			Object{"Target": "registry.example/leaky:1 (debian 12)", "Class": "os-pkgs", "Type": "debian", "Vulnerabilities": []any{
				Object{"VulnerabilityID": "CVE-2026-1", "PkgName": "libssl", "InstalledVersion": "1", "FixedVersion": "2", "Severity": "CRITICAL"}}},
			Object{"Target": "/app/.env", "Class": "secret", "Secrets": []any{Object{"RuleID": "stripe", "Category": "Stripe", "Severity": "CRITICAL", "Title": "Stripe key", "StartLine": 1, "EndLine": 1,
				"Match": "KEY=" + v.Of("a match of a scanner", "sk_live_"), "Code": Object{"Lines": []any{Object{"Number": 1, "Content": "KEY=" + v.Of("a line that a scanner shows", "sk_live_")}}}}}},
		}}))
}

// WriteCosign writes what cosign verify says, with an annotation that holds a credential.
func (p *Planted) WriteCosign(path string) {
	p.file(path, text([]any{Object{
		"critical": Object{"identity": Object{"docker-reference": "registry.example/leaky"}, "image": Object{"docker-manifest-digest": Digest}, "type": "cosign container image signature"},
		"optional": Object{"Subject": "ci@example.com", "token": p.Values.Of("what a signature says", "ghp_Ab12")},
	}}))
}
