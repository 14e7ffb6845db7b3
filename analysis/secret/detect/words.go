package detect

import "strings"

// roles are the words of names. A word may have several roles.
var roles = func() map[string]role {
	m := map[string]role{}
	for r, words := range map[role]string{
		isPassword: `password passwords passwd pass pwd psw pw passphrase passcode passwort kennwort senha contrasena
			dbpass rootpass userpass adminpass mysqlpass smtppass mailpass authpass ldappass redispass ftppass sshpass requirepass masterauth keypass storepass psk dbpw pgpw bindpw rootpw adminpw userpw`,
		isSecret:   "secret secrets",
		isToken:    "token pat bearer jwt authtoken accesstoken",
		isLogin:    "credential credentials creds cred auth authorization userpass basicauth dockerconfigjson dockercfg",
		isSalt:     "salt pepper",
		isKey:      "key keys",
		isBoundKey: "apikey apikeys accesskey secretkey privatekey authkey appkey signkey signingkey masterkey encryptionkey sharedkey sshkey licensekey storagekey accountkey presharedkey",
		isHolder: `api access private signing sign encryption encrypt decryption decrypt storage account master license licence app application shared service hmac aes rsa ssh
			session deploy subscription crypto cipher webhook hook write ingest integration consumer fernet recovery unseal root activation jwt cookie oauth oauth2 csrf nextauth
			auth admin bot rpc personal refresh id user install client`,
		isAbout: `file files filename kubeconfig config configs mode path paths dir directory folder location url uri urls endpoint host hostname port name names ref refs reference id ids ttl timeout expiry
			expiration expires expire expired lifetime duration seconds secs minutes hours days weeks months ms interval period length len size min max count limit limits policy rotation enabled disabled enable
			disable required require allowed type types kind format algorithm alg algo hash hashes hashed digest checksum sha sha1 sha256 sha512 md5 header headers prefix suffix field fields label labels
			param params parameter parameters attribute attributes attr attrs claim claims issuer audience scope scopes version provider providers source store manager class mode template regex pattern validator message
			messages hint placeholder description title public fingerprint kid selector namespace namespaces review reviews request requests response server service account accounts
			bucket buckets budget window usage used mount volume volumes annotation annotations rounds cost iterations age complexity strength history attempts retries retry reset
			change changed rule rules validation support supported encoding charset delimiter separator owner group groups role roles region projection strategy method methods
			storage backend engine cache cached metric metrics exporter controller operator sync syncer webhook secretname crt cert certs certificate ca pem json yaml env
			command cmd exec script helper callback handler sealed encrypted auth_type domain realm email grace leeway skew signature_algorithm bits curve exists created updated
			at date time on off error errors failed invalid missing placement index indexes vault keyring gen generator login page link button text caption tooltip
			var vars variable variables encoder encoders hasher hashers grant grants rate rates lookup prompt prompts from source authentication authenticator plugin check checker checks mapper
			mapping converter resolver factory context event events flow screen view form reminder notification lock lockout dialog identity query transport validators db spec specs variant variants`,
	} {
		for _, w := range strings.Fields(words) {
			m[w] |= r
		}
	}
	return m
}()
