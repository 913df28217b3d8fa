"""The server that a first course's notes lead to: one recv is one request, one client at a time, any path."""

import os
import socket
import struct
import sys

folder = sys.argv[1]


def send_body(connection, body):
    connection.sendall(struct.pack('!I', len(body)) + body)


def serve(connection):
    while True:
        data = connection.recv(1024 * 1024)
        if not data:
            return
        (length,) = struct.unpack('!I', data[:4])
        request = data[4 : 4 + length].decode()
        word, _, name = request.partition(' ')
        if word == 'LIST':
            send_body(connection, b'OK')
            send_body(connection, '\n'.join(os.listdir(folder)).encode())
        elif word == 'GET':
            try:
                with open(os.path.join(folder, name), 'rb') as file:
                    content = file.read()
                send_body(connection, b'OK')
                send_body(connection, content)
            except OSError as fault:
                send_body(connection, f'ERR {fault}'.encode())
        elif word == 'PUT':
            content = data[8 + length :]
            with open(os.path.join(folder, name), 'wb') as file:
                file.write(content)
            send_body(connection, b'OK')
        elif word == 'QUIT':
            send_body(connection, b'OK')
            return


with socket.create_server(('127.0.0.1', 0)) as server:
    print(server.getsockname()[1], flush=True)
    while True:
        client, _ = server.accept()
        with client:
            try:
                serve(client)
            except (OSError, ValueError, struct.error):
                pass
