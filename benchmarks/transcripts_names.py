"""Common names from twenty cultures, of which made-up people are made: nobody in the benchmarks exists.

The last two of each list are held out of every registry, so that a name nobody registered shares no word with one.
"""

from __future__ import annotations

CULTURES: dict[str, tuple[str, str]] = {
    "English": (
        "Oliver Harriet Nigel Beatrice Trevor Rosalind Duncan Winifred Leonard Phoebe",
        "Ashworth Pemberton Hargreaves Whitaker Bancroft Thackeray Lockwood Fairfax Attwood Kershaw",
    ),
    "Irish": (
        "Niamh Ciaran Siobhan Declan Aoife Eamon Grainne Fergal Orla Padraig",
        "O'Sullivan Gallagher McCarthy Brannigan Delaney O'Rourke Kavanagh Mulligan Geraghty O'Malley",
    ),
    "German": (
        "Jürgen Annelise Wolfgang Heike Dietmar Gudrun Matthias Ulrike Torsten Brigitte",
        "Schäfer Zimmermann Krüger Lindemann Vogel Baumgartner Hoffmann Dietrich Schreiber Köhler",
    ),
    "French": (
        "Élodie Thierry Mireille Gaston Solange Benoît Colette Armand Geneviève Rémy",
        "Lefèvre Rousseau Marchand Delacroix Fournier Beaumont Girard Chevalier Moreau Lambert",
    ),
    "Spanish": (
        "Guadalupe Ramón Consuelo Joaquín Esperanza Rodrigo Ximena Alejandro Marisol Ignacio",
        "Hernández Gutiérrez Castellanos Figueroa Villanueva Orozco Zamora Echeverría Montoya Quintero",
    ),
    "Portuguese": (
        "Thiago Conceição Renato Luciana Marcelo Fernanda Edilson Beatriz Vinícius Rosângela",
        "Carvalho Nascimento Figueiredo Magalhães Teixeira Cavalcanti Siqueira Pinheiro Azevedo Queiroz",
    ),
    "Italian": (
        "Giuseppe Ornella Massimo Fiorella Salvatore Graziella Raffaele Donatella Ludovico Ilaria",
        "Esposito Ferrara Bianchi Colombo Rinaldi Santoro Marchetti Bellini Castellani Pellegrino",
    ),
    "Polish": (
        "Grzegorz Małgorzata Wojciech Agnieszka Zbigniew Katarzyna Sławomir Jadwiga Bogdan Halina",
        "Kowalczyk Wiśniewski Szymański Dąbrowski Kaczmarek Zieliński Wojtasik Pawlak Jankowski Nowicki",
    ),
    "Russian": (
        "Vladimir Svetlana Dmitri Ludmila Yevgeny Oksana Nikolai Tatiana Gennady Galina",
        "Kuznetsov Smirnova Volkov Petrenko Sokolov Morozova Lebedev Orlova Antonov Belyaeva",
    ),
    "Turkish": (
        "Mehmet Ayşe Emre Zeynep Burak Fatma Cengiz Hatice Oğuz Sevgi",
        "Yılmaz Öztürk Demirci Kaplan Aydın Çelik Şahin Arslan Koçak Erdoğmuş",
    ),
    "Arabic": (
        "Youssef Khadija Tariq Fatimah Mahmoud Layla Hamza Samira Bilal Nawal",
        "Al-Masri Haddad Benali Abdallah Khalil El-Amin Nasser Mansouri Al-Hashimi Darwish",
    ),
    "Persian": (
        "Shahram Parisa Behrouz Nasrin Kamran Laleh Farhad Mahnaz Siavash Golnaz",
        "Hosseini Karimi Rahimi Tehrani Ghorbani Moradi Shirazi Jafari Kazemi Esfahani",
    ),
    "Indian": (
        "Rajesh Lakshmi Vikram Sunita Arjun Priyanka Sanjay Meenakshi Harish Deepika",
        "Subramanian Chatterjee Patel Krishnamurthy Banerjee Deshpande Iyengar Malhotra Agarwal Venkataraman",
    ),
    "Pakistani": (
        "Imran Shazia Zubair Rukhsana Faisal Nadia Asif Saima Waqar Bushra",
        "Chaudhry Qureshi Siddiqui Bukhari Mirza Ansari Rehman Sheikh Gilani Khattak",
    ),
    "Chinese": (
        "Xiaoming Meiling Jianguo Yulan Zhiwei Xiuying Haoran Lihua Guoqiang Shufen",
        "Zhang Huang Zhao Xu Ouyang Zheng Liang Xie Jiang Cheng",
    ),
    "Japanese": (
        "Takeshi Yumiko Hiroshi Keiko Satoru Chiyo Kazuo Sachiko Makoto Haruka",
        "Yamamoto Watanabe Kobayashi Nakagawa Fujimoto Shimizu Ishikawa Matsuda Hasegawa Okamoto",
    ),
    "Korean": (
        "Min-jun Seo-yeon Ji-hoon Soo-jin Dong-hyun Hye-rin Sang-woo Eun-ji Jae-hyuk Mi-kyung",
        "Hwang Jeong Kwon Baek Shim Choi Noh Seong Yoon Moon",
    ),
    "Vietnamese": (
        "Thanh Phuong Quang Huyen Tuan Ngoc Hieu Bich Khoa Trang",
        "Nguyen Pham Truong Huynh Duong Vuong Doan Trinh Luong Bui",
    ),
    "Nigerian": (
        "Chukwuemeka Ngozi Oluwaseun Folake Babatunde Adaeze Emeka Yetunde Olumide Chidinma",
        "Okonkwo Adeyemi Nwachukwu Balogun Okafor Adebayo Eze Olawale Onyekachi Afolabi",
    ),
    "Ghanaian": (
        "Kwame Abena Kofi Akosua Yaw Efua Kojo Adwoa Kwabena Esi",
        "Mensah Owusu Boateng Asante Agyeman Osei Appiah Amponsah Frimpong Ofori",
    ),
}
HELD_OUT = 2
EVERYDAY = ("Will", "Mark", "May", "Hope", "Grace")
"""Given names that are everyday words too."""
NICKNAMES = ("Bibi", "Toto", "Zuzu", "Mimo", "Koko", "Dodo", "Pepi", "Lulu", "Nino", "Fifi", "Titi", "Babu")
