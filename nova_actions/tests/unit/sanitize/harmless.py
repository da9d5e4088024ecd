# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: E501
"""Texts of errors that hold no secret, and must come out as they went in."""

_TEMPLATES = '''\
Instance {u} could not be found.
No valid host was found. There are not enough hosts available.
Exceeded maximum number of retries. Exhausted all hosts available for retrying build failures for instance {u}.
Build of instance {u} was re-scheduled: Failed to allocate the network(s), not rescheduling.
Quota exceeded for cores: Requested 8, but already used 20 of 20 cores
Quota exceeded for resources: ['key_pairs'].
Image {u} could not be found.
Image {u} is unacceptable: Image is not raw format, sha256:{h}
Image checksum mismatch: expected {h}, got {h}
Failed to download image {u} from glance: HTTPInternalServerError (HTTP 500)
Volume {u} could not be attached to instance {u}: device vdb is busy
Volume {u} did not finish being created even after we waited 185 seconds or 61 attempts. And its status is error.
Invalid volume: Volume {u} status must be available, but current status is: in-use.
Unable to detach volume {u}: DeviceDetachFailed
Port {u} is still in use.
Port {u} not usable for instance {u}.
Binding failed for port {u}, please check neutron logs for more information.
Virtual interface creation failed for port {u} with MAC address {m}
Network {u} requires a subnet in order to boot instances on.
Fixed IP address {i} is already in use on instance {u}.
No more IP addresses available on network {u}: subnet {i}/24
Invalid key_name provided.
Invalid key_name 'my-laptop-key' provided.
key_name: my-laptop-key2024
keypair=mykey01 key_type=ssh fingerprint=ab:cd:12:34:56:78:9a:bc:de:f0:12:34:56:78:9a:bc
Keypair data is invalid: failed to generate fingerprint
Key pair 'deploy-2024' already exists.
KeypairNotFound: Keypair my-laptop not found for user {x}
token expired for user {x}
The token expired for user {x} at 2026-11-02T10:00:00Z
Token expired.
Invalid token
Invalid user token
Authorization failed: token is expired or revoked
The request you have made requires authentication. (HTTP 401) (Request-ID: req-{u})
Authorization failed. The request you have made requires authentication. from {i}
Failed to validate token: token not recognised by keystone
Could not recognize Fernet token
Unable to establish connection to http://{i}:5000/v3/auth/tokens: HTTPConnectionPool(host='{i}', port=5000)
GET http://{i}:9696/v2.0/ports?device_id={u}&fields=id HTTP/1.1 200
POST https://keystone.example.com/v3/auth/tokens returned 503
secret_uuid not found
Secret not found: no secret with matching uuid '{u}'
libvirt.libvirtError: Secret not found: no secret with matching uuid '{u}'
libvirt.libvirtError: internal error: process exited while connecting to monitor: qemu-kvm: -blockdev node-name=libvirt-1-storage
libvirtError: Domain not found: no domain with matching uuid '{u}' (instance-0000{n})
libvirtError: Timed out during operation: cannot acquire state change lock (held by monitor=remoteDispatchDomainCreate)
libvirtError: Cannot access storage file '/var/lib/nova/instances/{u}/disk': No such file or directory
libvirt.libvirtError: unsupported configuration: CPU mode 'host-model' for x86_64 kvm domain on x86_64 host is not supported by hypervisor
internal error: Unable to add bridge brq{s} port tap{s}: No such device
Live Migration failure: operation failed: migration job: unexpectedly failed
Migration {n} is not found in state running for instance {u}
Host 'compute-{n}.example.com' is not mapped to any cell
Compute service of compute-{n} is unavailable at this time.
Unable to migrate instance ({u}) to current host (compute-{n}).
Timed out waiting for a reply to message ID {x}
MessagingTimeout: Timed out waiting for a reply to message ID {x}
AMQP server on {i}:5672 is unreachable: [Errno 111] ECONNREFUSED. Trying again in 1 seconds.
DBConnectionError: (pymysql.err.OperationalError) (2003, "Can't connect to MySQL server on '{i}' ([Errno 113] No route to host)")
(pymysql.err.OperationalError) (1045, "Access denied for user 'nova'@'{i}' (using password: YES)")
(pymysql.err.IntegrityError) (1062, "Duplicate entry '{u}' for key 'PRIMARY'")
DBDeadlock: (1213, 'Deadlock found when trying to get lock; try restarting transaction')
duplicate key value violates unique constraint "uniq_instances0uuid" DETAIL: Key (uuid)=({u}) already exists.
update instances set host='compute-{n}' where primary_key=5 and foreign_key=17
[SQL: SELECT instances.id FROM instances WHERE instances.uuid = %(uuid_1)s] [parameters: {{'uuid_1': '{u}'}}]
Conflict updating instance {u}. Expected: {{'task_state': [None]}}. Actual: {{'task_state': 'powering-off'}}
Cannot 'reboot' instance {u} while it is in vm_state error
Instance {u} is locked
Instance {u} in task_state deleting. Cannot rebuild while the instance is in this state.
Instance rollback performed due to: Failed to provision instance {u}
Unexpected API Error. <class 'nova.exception.NovaException'> (HTTP 500) (Request-ID: req-{u})
Insufficient compute resources: Free memory 512.00 MB < requested 2048 MB.
Requested instance NUMA topology cannot fit the given host NUMA topology
PCI device request [InstancePCIRequest(alias_name='gpu',count=1,request_id={u})] failed
PCI device 0000:{p}:00.1 is not available for compute node {n}
Resource provider {u} generation conflict: 409 placement.concurrent_update
Unable to create allocation for 'CUSTOM_GPU' on resource provider '{u}'. The requested amount would exceed the capacity.
CinderConnectionFailed: Connection to cinder host failed: Unable to establish connection to http://{i}:8776/v3/{x}
Command: qemu-img convert -O raw -t none -f qcow2 /var/lib/glance/images/{u} /var/lib/nova/instances/_base/{h}.part
Command: sudo nova-rootwrap /etc/nova/rootwrap.conf iscsiadm -m node -T iqn.2010-10.org.openstack:volume-{u} -p {i}:3260 --login
Command: rbd import --pool vms /var/lib/nova/instances/_base/{h} {u}_disk --image-format=2 --id cinder --conf /etc/ceph/ceph.conf
Exit code: 1 Stdout: '' Stderr: 'qemu-img: error while writing sector {n}: No space left on device'
iscsiadm: No session found. SESSION_ID: {n} target iqn.1994-05.com.redhat:{s}
multipath device 3600{s}{s} not found for volume {u}
rbd.ImageNotFound: [errno 2] RBD image not found (error opening image volume-{u} at snapshot None)
rados.ObjectNotFound: [errno 2] error calling conf_read_file
  File "/usr/lib/python3/dist-packages/nova/compute/manager.py", line {n}, in _build_and_run_instance
    self.driver.spawn(context, instance, image_meta, injected_files, admin_password, allocs)
    raise exception.InvalidToken(token=token)
    admin_pass = self._get_admin_pass(context, instance)
    password = utils.generate_password()
    def set_admin_password(self, context, instance, new_pass=None):
    self.driver.set_admin_password(instance, new_pass)
    token = context.auth_token
    if not secrets.compare_digest(token_hash, expected_hash):
    auth = ks_loading.load_auth_from_conf_options(CONF, group.name)
    return self.keystone_session.get(url, authenticated=True)
TypeError: set_admin_password() missing 1 required positional argument: 'new_pass'
KeyError: 'password'
AttributeError: 'NoneType' object has no attribute 'auth_token'
nova.exception.InvalidPassword: The password is invalid
nova.exception.SetAdminPasswdNotSupported: set_admin_password is not supported
Failed to set admin password on {u} because error setting admin password
Password is required
The password is too short
The supplied password does not meet the complexity requirements
Set password failed: guest agent is not responding: QEMU guest agent is not connected
Password authentication failed for user "nova"
ssh: connect to host {i} port 22: Connection timed out
Permission denied (publickey,gssapi-keyex,gssapi-with-mic,password).
Host key verification failed.
Host key fingerprint is SHA256:abc; ECDSA host key for {i} has changed
ssl.SSLError: [SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: unable to get local issuer certificate (_ssl.c:{n})
Could not load private key: file /etc/nova/ssl/server.key does not exist
private_key_file=/etc/nova/ssl/key.pem
ssl_key_file: /etc/ssl/private/nova.key
token_type: bearer
'token_type': 'fernet', 'token_provider': 'uuid'
secret_ref=http://{i}:9311/v1/secrets/{u}
encryption_key_id={u}
os_token_url=http://{i}:5000/v3
auth_url=http://{i}:5000/v3, auth_type=v3applicationcredential
Error: pass the option --force to continue
Test did not pass: 3 of 17 checks failed
Basic authentication is disabled
Use of basic auth with plain HTTP is not allowed
Bearer tokens are not accepted on this endpoint
The option --os-token is required
--password is a required argument
Cannot find the cookie in the request
Missing required field: password
Unknown field 'token' in request
Invalid input for field/attribute name. Value: {n}. {n} is not of type 'string'
Invalid input for field 'flavorRef': '{u}' is not valid
Additional properties are not allowed ('admin_token' was unexpected)
Failed to fetch metadata for {i}: connection refused
metadata proxy: X-Instance-ID header is missing from request, X-Forwarded-For: {i}
ConfigDriveMountError: Could not mount vfat config drive. Operation 'mount' failed.
Config drive is not supported on this hypervisor
user_data too large. User data must be no more than 65535 bytes once base64 encoded.
Glance metadata os_hash_value={h}{h} os_hash_algo=sha512
Node {u} is locked by host ironic-{n}, please retry after the current operation is completed. (HTTP 409)
Snapshot of instance {u} to image {u} failed with sha1 {h}
Device tap{s} with mac {m} not found in ovsdb; interface ids {u}
ovs-vsctl --timeout=120 -- --if-exists del-port br-int qvo{s}
OVSDB transaction: row tap{s} external_ids:iface-id={u} attached-mac={m} vm-uuid={u}
IPv6 address fe80::f816:3eff:fe{p}:1234 is duplicated on network {u}
Gateway 2001:db8::1 for subnet {u} unreachable
Security group default_{n} is not found for project {x}
Flavor m1.large-{n} could not be found.
Server group {u} policy anti-affinity violated on compute-{n}
availability zone 'nova:compute-{n}' is not available
Aggregate {n} already has host compute-{n}.
Periodic task update_available_resource took 61.{n} seconds
Failed to build and run instance: nova.exception.PortBindingFailed: Binding failed for port 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77
Error updating resources for node compute-3: nova.exception.ResourceProviderRetrievalFailed
KeyError: 'binding:host_id'
Flavor's memory is too small for requested image.
Authentication required for libvirt connection qemu+tls://compute-1/system
qemu+ssh://nova@compute-02.example.com/system: connection refused
Received response 403 from http://10.0.0.1:9292/v2/images/7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77/file
keystoneauth1.exceptions.http.Unauthorized: The request you have made requires authentication. (HTTP 401)
keystoneauth1.exceptions.catalog.EndpointNotFound: ['internal', 'public'] endpoint for volumev3 service in RegionOne region not found
keystoneauth1.exceptions.auth_plugins.MissingAuthPlugin: An auth plugin is required to determine endpoint URL
barbicanclient.exceptions.HTTPClientError: Not Found: Secret not found.
castellan.common.exception.ManagedObjectNotFoundError: Key not found, uuid: 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77
Failed to retrieve key: 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77
encryption key 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77 not found
cryptsetup: No key available with this passphrase.
Volume encryption: Device crypt-ip-10.0.0.3 already exists
Could not find token: 404
Token 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77 has expired
VNC console token has expired for instance 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77
The console token is invalid or has expired
Unauthorized: token validation failed for project 9f8e7d6c5b4a39281706f5e4d3c2b1a0
Access key pair creation failed
key: value pairs are not supported here
extra_specs key: hw:cpu_policy
Metadata key: size must be less than 255
Invalid metadata key 'foo bar'
Unknown extra spec key hw:mem_page_size2
sort_key=created_at&sort_key=id
Invalid sort key 'foo'
host key: compute-1 changed
Session 12 closed: iSCSI target iqn.2010-10.org.openstack:volume-1 portal 10.0.0.1:3260
auth: chap is not enabled on the target
auth_type=password, auth_section=keystone_authtoken
[keystone_authtoken] auth_type is not set
password_hash_algorithm=bcrypt
user_data is not base64 encoded
user_data=None, config_drive=True
config_drive: False, key_name: None
config_drive='True'
hw_firmware_type=uefi os_secure_boot=required
instance uuid: 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77, image sha512: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
<domain type='kvm'><uuid>7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77</uuid></domain>
<secret type='ceph' uuid='7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77'/>
<source protocol='rbd' name='vms/7f3c2c9e_disk'><host name='10.0.0.1' port='6789'/></source>
<mac address='fa:16:3e:00:11:22'/><target dev='tap12345678-9a'/>
libvirtError: internal error: guest CPU doesn't match specification: missing features: vmx,pdpe1gb
oslo_messaging.exceptions.MessageDeliveryFailure: Unable to connect to AMQP server on 10.0.0.1:5671 after inf tries
amqp.exceptions.AccessRefused: (0, 0): (403) ACCESS_REFUSED - Login was refused using authentication mechanism PLAIN
sqlalchemy.exc.OperationalError: (psycopg2.OperationalError) FATAL: password authentication failed for user "nova"
SELECT instances.key_name, instances.key_data FROM instances
Failed to inject password: file not found
Error injecting admin password: Guest does not have a password agent
Unable to set password on instance
admin password reset is not supported by the driver
password reset succeeded on 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77
Password change for instance 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77 failed
Bad password length: 7, must be 8 or more
cookie-jar file is missing
ERROR: pass through device 0000:81:00.0 is in use
ERROR: bypass: 1, compass: 2
libvirt: error: authentication failed: authentication failed
SASL negotiation failure: SASL(-4): no mechanism available
secret driver: no such secret
Secrets are not supported by the backend
Could not decrypt fernet credential: InvalidToken
cryptography.fernet.InvalidToken
OSError: [Errno 28] No space left on device: '/var/lib/nova/instances/_base/e3b0c44298fc1c149afbf4c8996fb924'
req-7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77 9f8e7d6c5b4a39281706f5e4d3c2b1a0 a87ff679a2f3e71d9181a67b7542122c - default default
2026-11-02 10:00:00.123 17 ERROR nova.compute.manager [req-7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77] [instance: 7f3c2c9e-0d5f-4e2a-9d59-1a4c6c0e8b77]
    self._check_token(context, token_id=token_id)
    client = cinder.cinderclient(context, auth=auth, session=sess)
    if self.password is None:
    return token.split(':')[0]
    passwd = conf.passwd
    raise exception.ConsoleTokenExpired(token_uuid=token)
    creds, project = self._get_creds(context)
    network_info = self.network_api.allocate_for_instance(context, instance, requested_networks)
'''
_VALUES = (
    {'u': '3b1fd6c2-9a70-4c5e-8f3b-2d64ab1c9e07', 'x':
     '9f8e7d6c5b4a39281706f5e4d3c2b1a0', 'h':
     'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
     'm': 'fa:16:3e:4c:5d:6e', 'i': '10.20.30.40', 'n': '17', 's': '3fa85f64',
     'p': '5e'},
    {'u': 'c0ffee00-1234-4abc-9def-0123456789ab', 'x':
     'a87ff679a2f3e71d9181a67b7542122c', 'h':
     'd41d8cd98f00b204e9800998ecf8427e', 'm': '52:54:00:12:34:56',
     'i': '192.168.122.1', 'n': '4096', 's': 'c9f0f895', 'p': '81'},
)


def lines() -> list[str]:
    return [line.format(**values) for line in _TEMPLATES.splitlines()
            for values in _VALUES]
